/**
 * Client for the Zexa messaging API.
 *
 * Creating a client opens no connection and starts no thread. Share one client in the whole program: it serves any number of calls at the same time.
 * Closing it is optional, because an idle client does not keep the process alive. Every call returns a promise, which rejects with a
 * {@link ZexaError} if the call fails.
 */
export declare class Zexa {
  /**
   * Create a client.
   *
   * @param options Options of the client. Default: those of the environment.
   * @throws {@link ConfigError} if an option is unknown or invalid, or if there is no API key.
   */
  constructor(options?: ClientOptions | null)

  // GENERATED: {{ resources(sections) }}

  /** Base URL of the API. */
  readonly baseUrl: string

  /**
   * Return a client with other call options that shares the connections of this one. Closing one of them closes both.
   *
   * @param options Options that replace those of this client for each call.
   * @throws {@link ConfigError} if an option is unknown or invalid.
   */
  withOptions(options: Omit<CallOptions, 'body'>): Zexa

  /**
   * Send a request to any path of the API, for endpoints without a method. Authentication, retries and timeouts are those of every call.
   *
   * @param method `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
   * @param path Path below the base URL, such as `/messages`.
   * @param request Query and body of the request.
   * @param options Options of this call.
   * @typeParam T Type of the response body. It is not checked at run time.
   */
  request<T = unknown>(
    method: string,
    path: string,
    request?: {
      /** Parameters of the query. Those that are `null` or `undefined` are left out. */
      query?: QueryInput | null | undefined
      /** Any value that `JSON.stringify()` accepts. Default: no body. */
      body?: unknown
    } | null,
    options?: CallOptions | null,
  ): Promise<Response<T>>

  /**
   * Close the client: reject further calls with a {@link ClosedError}, end waits, and close idle connections. Attempts in flight continue to
   * their end.
   */
  close(): void

  /** Call {@link Zexa.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

export { Zexa as default }

declare global {
  // For compilers without the library "esnext.disposable", which declares the same.
  interface SymbolConstructor {
    /** Name of the method that `await using` calls. */
    readonly asyncDispose: unique symbol
  }
}

/** Value of a query parameter. `null` and `undefined` are left out. */
export type QueryValue = string | number | boolean | null | undefined

/** Parameters of a query: an object, or pairs such as `URLSearchParams`. An array repeats its parameter. */
export type QueryInput =
  | Readonly<Record<string, QueryValue | readonly QueryValue[]>>
  | Iterable<readonly [string, QueryValue]>

/** Response of {@link Zexa.request}. */
export interface Response<T = unknown> {
  /** HTTP status, a 2xx. */
  status: number
  /** Body, parsed as JSON. `null` if the response has no body. Its type is not checked. */
  body: T
}

/**
 * Options of a client. All times are in milliseconds. `null` and `undefined` count as absent. Environment variables are those of `process.env`, which
 * are read when the client is created.
 */
export interface ClientOptions {
  // GENERATED: {{ options(client_options) -}}
  /** Receives a record of each attempt and each warning, such as `console`. Default: none. */
  logger?: Logger | null | undefined
}

/**
 * Options of a call, its last argument. All times are in milliseconds. `null` and `undefined` count as absent. `withOptions()` accepts the same options,
 * except `body`.
 */
export interface CallOptions {
  /**
   * Cancels the call when the signal is aborted: in flight, in a wait, or between pages. The call then rejects with a {@link CancelledError}.
   * Replaces the signal of `withOptions()`.
   */
  signal?: AbortSignal | null | undefined
  // GENERATED: {{ options(call_options) }}
}

/** HTTP headers: an object, or pairs such as `Headers`. A value that is `null` or `undefined` is left out. */
export type HeadersInput =
  | Readonly<Record<string, string | null | undefined>>
  | Iterable<readonly [string, string | null | undefined]>

/**
 * Approved WhatsApp template, with the values of its variables.
 *
 * The API documents that a template has a name and numbered variables, but not the members of the object. Any object is therefore accepted, and sent
 * unchanged.
 */
export interface Template {
  /** Name of the template, such as `order_shipped`. */
  name?: string
  /** Language of the template, such as `pt`. */
  language?: string
  /** Values of the variables in order. */
  variables?: readonly string[]
}

/**
 * Receives a record of each attempt, and of each warning. `console` is a logger.
 *
 * Records contain no API key, message text, phone number or id of a resource. A logger is called outside the async context of the call, so an
 * `AsyncLocalStorage` has no store there. An exception in a logger does not affect the call; it becomes a process warning.
 */
export interface Logger {
  /** Called after each successful attempt. */
  debug(message: string, fields: AttemptFields): void
  /** Called after each failed attempt. */
  info(message: string, fields: AttemptFields): void
  /** Called for conditions that are not errors, such as a list that ended short of its total. Optional: without it, warnings are dropped. */
  warn?(message: string, fields: WarningFields): void
}

/** Fields of a warning: the call that it is about. */
export interface WarningFields {
  /** HTTP method. */
  method: string
  /** Path with placeholders for ids, such as `/messages/{id}`. */
  route: string
}

/** Fields of the record of an attempt. */
export interface AttemptFields {
  /** HTTP method. */
  method: string
  /** Path with placeholders for ids, such as `/messages/{id}`. */
  route: string
  /** Number of the attempt within its call, from 1. */
  attempt: number
  /** Duration in milliseconds, from the start of the attempt to the last byte of the response. */
  elapsed: number
  /** HTTP status. Absent if no response arrived. */
  status?: number
  /** Id of the request, for Zexa's support. Absent unless an error response contains one. */
  requestId?: string
  /** Kind of the error. Absent if the attempt succeeded. */
  kind?: Kind
}

/**
 * Parse an event that Zexa posted to a webhook. The sender is not verified, because the API documents no signature.
 *
 * Respond to the request with a 2xx status soon; otherwise the event is posted again. The first event after a registration is a test.
 *
 * @param body Body of the request, unparsed: with Express, from `express.raw()`.
 * @throws {@link DecodeError} if the body is not a JSON object.
 * @throws {@link ValidationError} if the body is neither a string nor a `Uint8Array`.
 */
export declare function parseEvent(body: string | Uint8Array): WebhookEvent

/**
 * Return how an SMS text is encoded and split into segments. Sends nothing.
 *
 * A segment holds 160 characters of GSM-7. If the text contains any other character, a segment holds 70 UTF-16 code units. GSM-7 contains `à`, `é`,
 * `ñ`, `ü` and `Ç`, for example, but not `á`, `ã`, `â`, `ê`, `í`, `ó`, `õ`, `ú` or `ç`.
 *
 * These are the sizes that the API documents. Networks split longer texts into parts of 153 or 67, which the API does not mention: a long text may be
 * billed as more segments.
 *
 * @param text Body of the message.
 * @throws {@link ValidationError} if the text is not a string, or contains a lone surrogate.
 */
export declare function segments(text: string): Segments

/**
 * Return the lowest documented cost of a message, in credits. Sends nothing.
 *
 * - An SMS costs 1 credit per segment to a number in Angola (`+244`), and 2 to 5 to another country.
 * - A WhatsApp message costs 1 to 2, a Telegram message 1, and an email or Slack message half a credit.
 *
 * Of a range, this is the lower end, so the real cost may be higher.
 *
 * @param message Parameters of the message.
 * @returns The cost, or `undefined` for a channel without a documented cost, and for an SMS without a body, because its text is not known.
 * @throws {@link InvalidRequestError} if a parameter is missing, or {@link ValidationError} if one is invalid.
 */
export declare function estimate(message: SendMessageParams): number | undefined
