// The package under test, for all tests beside it: the one place that says where it is.
export * from '../../bindings-node/lib/index.mjs'
export * as default from '../../bindings-node/lib/index.mjs'
