// Types for `import`.
export * from './index.js'
export { Zexa as default } from './index.js'
