// A worker thread that sends rows until it is terminated.
import { parentPort, workerData } from 'node:worker_threads'
import { beginWhenFree, rows } from '../bulk_rows.mjs'
import { Zexa } from '../zexa.mjs'

const { options, ledger } = workerData
const zexa = new Zexa(options)
const begin = () => zexa.messages.sendMany(rows(10_000), { ledger, concurrency: 8 })
let received = 0
for await (const { replayed } of await beginWhenFree(begin)) {
  if (!replayed) received += 1
  if (received === 1) parentPort.postMessage('started')
}
