// The garbage collector, without a flag of Node.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')

export const collect = runInNewContext('gc')
