/**
 * Base class of all errors of this package. Its subclasses correspond to the {@link Kind}.
 *
 * An error never contains the API key. Messages of the client contain no phone number and no message text; the `message` of an error response is the
 * server's. `stack` names the line that made the call.
 */
export declare class ZexaError extends Error {
  /**
   * Create an error, for example in a test.
   *
   * @param message What failed.
   * @param fields Properties of the error. Default: outcome `unknown`, 0 attempts.
   */
  constructor(message: string, fields?: ErrorFields)

  /**
   * Restore an error from what {@link ZexaError.toJSON} returned, for example in another thread or process. Its class follows from `kind`.
   *
   * `toJSON()` leaves out `details` and `stack`. To keep them, send `{ ...error.toJSON(), details: error.details, stack: error.stack }`.
   *
   * @throws `TypeError` if `json` is not an object.
   */
  static fromJSON(json: Partial<ErrorJSON> & { details?: unknown; stack?: string | undefined }): ZexaError

  /**
   * Return the error as a plain object, which survives JSON, `structuredClone()` and `postMessage()`. It has no `details`, which may contain a phone
   * number or a message text, and no `stack`.
   */
  toJSON(): ErrorJSON

  /**
   * Name of the class. A {@link CancelledError} has the name of the signal's reason instead, such as `AbortError` or `TimeoutError`; if the reason
   * has no name, `AbortError`.
   */
  readonly name: string
  /** What went wrong. Each kind has its own class. */
  readonly kind: Kind
  /** Whether the server may have carried out the request in spite of the error. */
  readonly outcome: Outcome
  /** Whether repeating the request cannot do the same thing twice: true if the outcome is `not_sent` or `rejected`. */
  readonly safeToRetry: boolean
  /** Number of requests that were made. 0 if the call failed before the first. */
  readonly attempts: number
  /** HTTP status of the response that caused the error. Absent if it was another cause. */
  readonly status?: number
  /** Error code of the API, such as `insufficient_credits`. Absent if the response has none. */
  readonly code?: string
  /** Id of the request, for Zexa's support. Absent if the response has none. */
  readonly requestId?: string
  /** Wait that the server asked for in its last response, in milliseconds. Absent if it did not ask. */
  readonly retryAfter?: number
  /**
   * Details of the API, or `field` and `reason` of an argument that was rejected before anything was sent. Not enumerable, so that logs do not
   * contain it: it may contain a phone number or a message text.
   */
  readonly details?: unknown
  /**
   * Underlying error, whose `code` is that of Node, such as `ENOTFOUND`, `ECONNREFUSED` or `CERT_HAS_EXPIRED`. For a {@link CancelledError}, the
   * `reason` of the signal.
   */
  readonly cause?: unknown
}

/** An error as a plain object: see {@link ZexaError.toJSON}. */
export interface ErrorJSON {
  /** Name of the class. */
  name: string
  /** What failed. */
  message: string
  /** What went wrong. */
  kind: Kind
  /** Whether the server may have carried out the request. */
  outcome: Outcome
  /** Whether repeating the request cannot do the same thing twice. */
  safeToRetry: boolean
  /** Number of requests that were made. */
  attempts: number
  /** HTTP status of the response that caused the error. */
  status?: number
  /** Error code of the API. */
  code?: string
  /** Id of the request. */
  requestId?: string
  /** Wait that the server asked for, in milliseconds. */
  retryAfter?: number
  /** Underlying error. Absent if the cause is not an error. */
  cause?: {
    /** Name of the underlying error, such as `Error`. */
    name: string
    /** Description of the underlying error. */
    message: string
    /** Code of the underlying error, such as `ECONNREFUSED`. Absent if it has none. */
    code?: string
  }
}

/** Properties of an error that a program creates, for example in a test. */
export interface ErrorFields {
  /** Whether the server may have carried out the request. Default: `unknown`. */
  outcome?: Outcome | undefined
  /** Number of requests that were made. Default: 0. */
  attempts?: number | undefined
  /** HTTP status of the response that caused the error. */
  status?: number | undefined
  /** Error code of the API. */
  code?: string | undefined
  /** Id of the request. */
  requestId?: string | undefined
  /** Wait that the server asked for, in milliseconds. */
  retryAfter?: number | undefined
  /** Details of the API. */
  details?: unknown
  /** Underlying error. */
  cause?: unknown
}
