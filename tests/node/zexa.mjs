// The package under test, for all tests beside it: the one place that says where it is.
import zexa from '../../bindings-node/lib/index.js'

export default zexa
export const { Zexa, ZexaError, parseEvent } = zexa
