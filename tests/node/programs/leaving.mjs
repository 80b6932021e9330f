// A worker thread that is terminated while it waits for a call.
import { workerData } from 'node:worker_threads'
import { Zexa } from '../zexa.mjs'
import { sms } from './messages.mjs'

const CASES = {
  'a wait between two looks': (zexa) => zexa.messages.wait('msg_1'),
  'a message that is to be sent again': (zexa) => zexa.messages.send(sms('again')),
  'a page of a list': (zexa) => zexa.contacts.list(),
}

await CASES[workerData.name](new Zexa(workerData.options))
