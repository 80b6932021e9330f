/**
 * What all errors of this package are. Its `stack` is that of whoever made the call.
 *
 * An error never holds the API key. Its own words name no number and no text of a message; the `message` of a failing answer is the server's.
 */
export declare class ZexaError extends Error {
  constructor(message: string, fields?: ErrorFields)

  /**
   * For a promise of this package that was rejected with the reason of its signal: what became of the call. Its `outcome` says whether the request
   * may have been carried out; where the answer had come, it is in `details`. Undefined for any other promise.
   */
  static behind(promise: Promise<unknown>): ZexaError | undefined

  /** What went wrong. Each kind is a class of its own. */
  readonly kind: Kind
  /** How far the request got: whether the message may have been sent in spite of the error. */
  readonly outcome: Outcome
  /** Whether sending the same request again cannot do the same thing twice: true for `not_sent` and `rejected`. */
  readonly safeToRetry: boolean
  /** How many requests were made. 0 where the call failed before the first. */
  readonly attempts: number
  /** The HTTP status of the last answer, where one came. */
  readonly status?: number
  /** The API's own name for the error, such as `insufficient_credits`, where it gave one. */
  readonly code?: string
  /** The id by which Zexa's support finds this request. */
  readonly requestId?: string
  /** How long the server asked to wait, in milliseconds, in its last answer. */
  readonly retryAfter?: number
  /**
   * What the API says beside its message, or `field` and `reason` of an argument that was refused before it was sent. Not enumerable: it may hold a
   * number or a text, and errors are logged.
   */
  readonly details?: any
  /** The reason beneath it, such as the system's `ECONNREFUSED`. */
  readonly cause?: unknown
}

/** What an error may be made of, as in a test. */
export interface ErrorFields {
  outcome?: Outcome | undefined
  attempts?: number | undefined
  status?: number | undefined
  code?: string | undefined
  requestId?: string | undefined
  retryAfter?: number | undefined
  details?: unknown
  cause?: unknown
}
