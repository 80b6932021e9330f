// The types of ledgers, and of calls with a key. The compiler reads this file; it is never run.
import {
  type DoubtfulRow,
  type DuplicateError,
  InDoubtError,
  InProgressError,
  KeyReusedError,
  Ledger,
  type LedgerCounts,
  type Message,
  type Outcome,
  Zexa,
} from 'zexa'
import { is } from './equal.mjs'

export async function opening() {
  is<Promise<Ledger>>()(Ledger.open('june.db'))
  is<Ledger>()(await Ledger.open('june.db', { create: true }))
  is<Ledger>()(await Ledger.open(new URL('june.db', import.meta.url), { create: undefined }))
  await Ledger.open('june.db', null)
  // @ts-expect-error: opened with open()
  new Ledger()
  // @ts-expect-error: no path
  Ledger.open()
  // @ts-expect-error: a string or a URL
  Ledger.open(Buffer.from('june.db'))
  // @ts-expect-error: the option is create
  Ledger.open('june.db', { createIfMissing: true })
  // @ts-expect-error: true or false
  Ledger.open('june.db', { create: 1 })
}

export async function using(ledger: Ledger) {
  is<string>()(ledger.path)
  is<LedgerCounts>()(await ledger.counts())
  is<DoubtfulRow[]>()(await ledger.inDoubt())
  is<Promise<void>>()(ledger.markSent('order-1', 'msg_1'))
  is<Promise<void>>()(ledger.markSent('order-1'))
  is<Promise<void>>()(ledger.markNotSent('order-1'))
  is<number>()(await ledger.prune(new Date()))
  is<number>()(await ledger.prune('2026-07-01T00:00:00Z'))
  is<number>()(await ledger.export('june.csv'))
  is<number>()(await ledger.export(new URL('file:///tmp/june.csv')))
  // @ts-expect-error: read-only
  ledger.path = 'july.db'
  // @ts-expect-error: no key
  ledger.markSent()
  // @ts-expect-error: an id of a message is not a number
  ledger.markSent('order-1', 1)
  // @ts-expect-error: no path
  ledger.export()
}

export function rows({ claimed, notSent, oldestDoubt }: LedgerCounts, row: DoubtfulRow) {
  is<number[]>()([claimed, notSent])
  is<Date | undefined>()(oldestDoubt)
  is<string>()(row.key)
  is<Date | undefined>()(row.claimedAt)
  is<number | undefined>()(row.httpStatus)
}

export async function keys(zexa: Zexa, order?: string) {
  const sms = { channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' }
  is<Message>()(await zexa.messages.send({ ...sms, idempotencyKey: 'order-1' }))
  is<Message>()(await zexa.messages.send({ ...sms, idempotencyKey: order }))
  new Zexa({ ledger: 'june.db', ledgerSecret: 'secret', ledgerSameAccount: true, ledgerOnNetwork: false })
  new Zexa({ ledger: new URL('june.db', import.meta.url) })
  // @ts-expect-error: a string
  zexa.messages.send({ ...sms, idempotencyKey: 1 })
  // @ts-expect-error: an option of the client
  zexa.messages.send({ ...sms, idempotencyKey: 'order-1' }, { ledger: 'june.db' })
}

export function errors(error: unknown, duplicate: DuplicateError) {
  if (error instanceof InProgressError) is<'in_progress'>()(error.kind)
  else if (error instanceof InDoubtError) is<'in_doubt'>()(error.kind)
  else if (error instanceof KeyReusedError) is<Outcome>()(error.outcome)
  is<'duplicate'>()(duplicate.kind)
}
