/**
 * What all errors of this package are. Its `stack` is that of whoever made the call.
 *
 * An error never holds the API key. Its own words name no number and no text of a message; the `message` of a failing answer is the server's.
 */
export declare class ZexaError extends Error {
  constructor(message: string, fields?: ErrorFields)

  /**
   * Makes an error of what {@link ZexaError.toJSON} returned, such as one that was sent to another thread or process. It has the class of its `kind`.
   * `details` and `stack` are optional, as `toJSON()` leaves them out: `{ ...error.toJSON(), details: error.details, stack: error.stack }`.
   *
   * @throws {TypeError} if it is not an object.
   */
  static fromJSON(json: Partial<ErrorJSON> & { details?: unknown; stack?: string | undefined }): ZexaError

  /**
   * The error as a plain object, which JSON, `structuredClone()` and `postMessage()` preserve. Without `details`, which may contain a number or a
   * text, and without the stack.
   */
  toJSON(): ErrorJSON

  /**
   * The name of the class. A {@link CancelledError} has the name of the signal's reason instead, such as `AbortError` or `TimeoutError`, or else
   * `AbortError`.
   */
  readonly name: string
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
  readonly details?: unknown
  /**
   * The reason: an error whose `code` is Node's, such as `ENOTFOUND`, `ECONNREFUSED` or `CERT_HAS_EXPIRED`, or the `reason` of the signal that ended
   * the call.
   */
  readonly cause?: unknown
}

/** An error as a plain object: see {@link ZexaError.toJSON}. */
export interface ErrorJSON {
  name: string
  message: string
  kind: Kind
  outcome: Outcome
  safeToRetry: boolean
  attempts: number
  status?: number
  code?: string
  requestId?: string
  retryAfter?: number
  /** What the cause says of itself, if it is an error. */
  cause?: { name: string; message: string; code?: string }
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
