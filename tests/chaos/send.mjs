// The bulk run in Node that `cargo xtask chaos kill` kills: `send.mjs LEDGER ROWS CONCURRENCY`.
//
// Sends the rows that `src/main.rs` describes, prints the number of results, and exits with 3 if the run has stopped by itself.
import { StoppedError, Zexa } from 'zexa'

const STOPPED = 3
// Every row with a multiple of this number is rejected, because its sender is not approved.
const REJECTED = 40

/** @param {number} count */
function* messages(count) {
  for (let row = 0; row < count; row += 1) {
    yield {
      channel: 'sms',
      to: `+2449${String(row).padStart(8, '0')}`,
      from: row % REJECTED === REJECTED - 1 ? 'BANNED' : 'ZEXA',
      body: 'Hello',
      idempotencyKey: `row-${row}`,
    }
  }
}

const [ledger, rows, concurrency] = process.argv.slice(2)
let results = 0
try {
  const sending = new Zexa().messages.sendMany(messages(Number(rows)), { ledger, concurrency: Number(concurrency) })
  for await (const _ of sending) results += 1
  console.log(results)
} catch (error) {
  if (!(error instanceof StoppedError)) throw error
  console.log(error.message)
  process.exitCode = STOPPED
}
