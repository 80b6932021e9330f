// The types of bulk runs. The compiler reads this file; it is never run.
import type {
  BulkOptions,
  BulkRun,
  BulkStats,
  Contact,
  CreateContactParams,
  CreateResult,
  Message,
  Outcome,
  SendMessageParams,
  SendResult,
  StopDetails,
  StopReason,
  Zexa,
  ZexaError,
} from 'zexa'
import { is } from './equal.mjs'

const ROW = { channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello', idempotencyKey: 'order-4711' }

export async function sending(zexa: Zexa, signal: AbortSignal) {
  const run = zexa.messages.sendMany([ROW], {
    ledger: 'june.db',
    concurrency: 32,
    rate: 50,
    ordered: true,
    onUnknown: 'send',
    onRejected: 'report',
    allowPast: false,
    notAfter: new Date(),
    signal,
    timeout: 5000,
    headers: { 'X-Campaign': 'june' },
  })
  is<BulkRun<SendResult>>()(run)
  for await (const result of run) {
    is<SendResult>()(result)
    is<number>()(result.index)
    is<string | undefined>()(result.idempotencyKey)
    is<Message | undefined>()(result.message)
    is<ZexaError | undefined>()(result.error)
    is<Outcome>()(result.outcome)
    is<boolean[]>()([result.replayed, result.recorded])
  }
  is<Promise<IteratorResult<SendResult, undefined>>>()(run.next())
  is<Promise<IteratorResult<SendResult, undefined>>>()(run.return())
  is<BulkStats>()(run.stats())
  is<string | undefined>()(run.ledger)
  is<boolean>()(run.ledgerCreated)
  is<void>()(run.stop())
  is<void>()(run.cancel())
  is<Promise<void>>()(run[Symbol.asyncDispose]())
}

/** Sources of any kind. */
export function sources(zexa: Zexa, array: readonly SendMessageParams[], stream: AsyncIterable<SendMessageParams>) {
  function* generator() {
    yield ROW
  }
  async function* asyncGenerator() {
    yield ROW
  }
  const options: BulkOptions = { notAfter: '2026-07-01T09:00:00Z', ledger: undefined, rate: null }
  for (const rows of [array, stream, new Set([ROW]), generator(), asyncGenerator()]) {
    is<BulkRun<SendResult>>()(zexa.messages.sendMany(rows, options))
  }
  is<BulkRun<SendResult>>()(zexa.messages.sendMany([], null))
}

export async function adding(zexa: Zexa, contacts: CreateContactParams[]) {
  for await (const result of zexa.contacts.createMany(contacts, { concurrency: 8 })) {
    is<CreateResult>()(result)
    is<Contact | undefined>()(result.contact)
    is<boolean>()(result.exists)
  }
}

export function stops(error: ZexaError) {
  const details = error.details as StopDetails
  is<StopReason>()(details.reason)
  is<number>()(details.firstUntouched)
  is<BulkStats>()(details.stats)
}

export function mistakes(zexa: Zexa, rows: SendMessageParams[]) {
  // @ts-expect-error: rows are iterable
  zexa.messages.sendMany(ROW)
  // @ts-expect-error: a row needs its required parameters
  zexa.messages.sendMany([{ to: '+244912345678' }])
  // @ts-expect-error: not the name of a parameter
  zexa.messages.sendMany([{ ...ROW, bodi: 'Hello' }])
  // @ts-expect-error: an option of the client
  zexa.messages.sendMany(rows, { maxRetries: 1 })
  // @ts-expect-error: contacts have no ledger
  zexa.contacts.createMany([], { ledger: 'june.db' })
  // @ts-expect-error: contacts have no keys
  zexa.contacts.createMany([{ name: 'Ana', phone: '+244912345678', idempotencyKey: '1' }])
}
