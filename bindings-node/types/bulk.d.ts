/**
 * A bulk run: the iterator of its results. Read it with `for await`, once.
 *
 * Rows are pulled only while a result is awaited, and never while another row is. A slow consumer therefore stops the pulling, and causes no timeouts:
 * requests are sent in the background. A run keeps the process alive while a result is awaited.
 *
 * Leaving the loop with `break`, `return` or an exception cancels the run: rows that were not sent will not be sent, and the loop ends when the results of
 * the others are recorded in the ledger, at most after the `timeout`. A run that is neither read to its end nor left keeps its ledger until it is
 * garbage-collected.
 *
 * @typeParam T Type of the results.
 */
export interface BulkRun<T> extends AsyncIterableIterator<T> {
  /** Return the run itself. */
  [Symbol.asyncIterator](): BulkRun<T>

  /** Return the next result. Calls that are made at the same time are answered in their order. */
  next(): Promise<IteratorResult<T, undefined>>

  /** Cancel the run, and wait until the rows that may have been sent are recorded. `for await` calls this when its loop is left. */
  return(value?: unknown): Promise<IteratorResult<T, undefined>>

  /** Call {@link BulkRun.return}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>

  /** Return the progress so far, also while results are awaited. */
  stats(): BulkStats

  /** Absolute path of the ledger. Absent without a ledger. */
  readonly ledger?: string

  /** Whether the run has created its ledger. False without a ledger. */
  readonly ledgerCreated: boolean

  /**
   * Stop the run: no further row is pulled or sent. The results of the rows in flight follow, and then a {@link StoppedError} with the reason
   * `cancelled`.
   */
  stop(): void

  /** Stop the run, and cancel the rows in flight. Their results follow: rows that may have been sent have the outcome `unknown`. */
  cancel(): void
}

/** Options of a bulk run. `null` and `undefined` count as absent. Other options of calls are those of `withOptions()`. */
export interface BulkOptions {
  // GENERATED: {{ options(bulk_options) -}}
  /**
   * Stops the run when the signal is aborted: no further row is pulled or sent. The results of the rows in flight follow, and then a
   * {@link CancelledError} with the reason of the signal as its `cause`. Replaces the signal of `withOptions()`.
   */
  signal?: AbortSignal | null | undefined
  /** Timeout of one attempt of a row. In milliseconds. Default: that of the client. */
  timeout?: number | null | undefined
  /** Headers of each request. They replace default headers of the client with the same names. */
  headers?: HeadersInput | null | undefined
}

/** Result of a row of {@link Messages.sendMany}. */
export interface SendResult {
  /** Index of the row in the source. The first row is 0. */
  index: number
  /** Key of the row. If the row has none, it is made from the channel and the recipient. Absent if the row is invalid. */
  idempotencyKey?: string
  /** The message. Absent if the row failed. If it was sent by an earlier run, its status is that of the time of sending. */
  message?: Message
  /** Error of the row. Absent if the message was accepted. An error of an invalid row has the `index` and the `field` in its `details`. */
  error?: ZexaError
  /** What is known about the request of the row. */
  outcome: Outcome
  /** Whether the result is that of an earlier run, and nothing was sent. */
  replayed: boolean
  /** Whether the result is in the ledger. False without a ledger, if it cannot be written, and after a cancel. */
  recorded: boolean
}

/** Result of a row of {@link Contacts.createMany}. */
export interface CreateResult {
  /** Index of the row in the source. The first row is 0. */
  index: number
  /** The contact. Absent if the row failed, and if the contact already exists. */
  contact?: Contact
  /** Error of the row. Absent if the contact was added or already exists. */
  error?: ZexaError
  /** What is known about the request of the row. */
  outcome: Outcome
  /** Whether the contact already exists. This is not an error. */
  exists: boolean
}

/** The `details` of a {@link StoppedError} that ends a bulk run, and of a {@link CancelledError} that ends one. */
export interface StopDetails {
  /** Why the run has stopped. */
  reason: StopReason
  /** Index of the first row that was not pulled. */
  firstUntouched: number
  /** Progress at the end of the run. */
  stats: BulkStats
}

/** Why a bulk run has stopped before the end of its rows. */
export type StopReason =
  | 'unauthorized'
  | 'insufficient_credits'
  | 'rate_limited'
  | 'limiter'
  | 'ledger'
  | 'connect'
  | 'unknown_outcomes'
  | 'identical_rejections'
  | 'cancelled'
  | 'closed'
  | (string & {})
