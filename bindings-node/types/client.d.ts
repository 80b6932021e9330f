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

  // GENERATED: the resources

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

/** Options of a client. All times are in milliseconds. `null` and `undefined` count as absent. */
export interface ClientOptions {
  /** API key. Default: `ZEXA_API_KEY` in `process.env`. */
  apiKey?: string | null | undefined
  /** Base URL of the API. Default: `ZEXA_BASE_URL` in `process.env`, else `https://api.zexa.ao/v1`. */
  baseUrl?: string | null | undefined
  /** Timeout of one attempt in milliseconds, from connecting to the last byte of the response. Default: 30,000. */
  timeout?: number | null | undefined
  /** Timeout in milliseconds for the DNS lookup, connecting and the TLS handshake. Default: 5,000. */
  connectTimeout?: number | null | undefined
  /**
   * Time limit in milliseconds for a whole call: its attempts, the waits between them, and all pages of a list. Default: none, and 30 minutes for
   * `wait()`.
   */
  deadline?: number | null | undefined
  /**
   * Maximum number of requests in flight. Over HTTP/1.1, each has its own connection. Default: 100. Further calls wait for a connection in order of
   * arrival, until their deadline. Lists prefetch fewer pages if connections are scarce. An idle connection is closed after at most a minute.
   */
  maxConnections?: number | null | undefined
  /**
   * Uses HTTP/2 over `https://` if the server offers it. Default: `false`, HTTP/1.1 only. Over HTTP/2 the calls of a client share one connection. If
   * that connection fails, the outcome of all calls in flight is `unknown`.
   */
  http2?: boolean | null | undefined
  /** Maximum number of retries of a failed attempt, if a retry is safe. Default: 3; 0 means one attempt. */
  maxRetries?: number | null | undefined
  /** Longest `Retry-After` that the client obeys, in milliseconds. If the server asks for more, the call fails immediately. Default: 120,000. */
  maxRetryWait?: number | null | undefined
  /**
   * URL of a proxy for all connections, such as `http://user:password@proxy.example:3128`. Protocols: `http`, `https`, `socks5`, and `socks5h`, whose
   * proxy resolves host names. Default: `HTTPS_PROXY` (`HTTP_PROXY` for a base URL with `http://`), `ALL_PROXY` and `NO_PROXY` in `process.env`.
   * These variables are read when the client is created, and do not apply to a base URL on this machine.
   */
  proxy?: string | null | undefined
  /**
   * Path of a PEM file with the certificate authorities to trust. They replace those of `SSL_CERT_FILE` and `SSL_CERT_DIR` in `process.env`, and
   * those of the system. `NODE_EXTRA_CA_CERTS` is not read.
   */
  caFile?: string | null | undefined
  /** Text that is appended to the `User-Agent` header, such as `shop/1.2`. Default: none. */
  userAgentSuffix?: string | null | undefined
  /** Headers sent with every request. The client's own headers, such as `Authorization`, cannot be set. Default: none. */
  defaultHeaders?: HeadersInput | null | undefined
  /** Permits a base URL with `http://` on another machine, and so sending the API key unencrypted. Default: `false`. */
  allowHttp?: boolean | null | undefined
  /** Receives a record of each attempt and each warning, such as `console`. Default: none. */
  logger?: Logger | null | undefined
}

/** Options of a call, its last argument. All times are in milliseconds. An absent option is that of the client. */
export interface CallOptions {
  /**
   * Cancels the call when the signal is aborted: in flight, in a wait, or between pages. The call then rejects with a {@link CancelledError}.
   * Replaces the signal of `withOptions()`.
   */
  signal?: AbortSignal | null | undefined
  /** Timeout of one attempt in milliseconds, from connecting to the last byte of the response. */
  timeout?: number | null | undefined
  /** Time limit in milliseconds for the whole call: its attempts, the waits between them, and all pages of a list. */
  deadline?: number | null | undefined
  /** Maximum number of retries of a failed attempt, if a retry is safe. 0 means one attempt. */
  maxRetries?: number | null | undefined
  /** Retries a POST even if the server may have carried it out: a message may then be **sent twice**. Default: `false`. */
  retryAmbiguous?: boolean | null | undefined
  /** Headers sent in addition to those of the client. Those that are `null` or `undefined` are left out. */
  headers?: HeadersInput | null | undefined
  /**
   * Parameters added to the query of every request of the call, such as each page of a list. An array repeats its parameter; `null` and `undefined`
   * are left out. A parameter that the call sets itself rejects with a {@link ConfigError}.
   */
  query?: QueryInput | null | undefined
  /**
   * Fields added to the JSON body, by their names in the API: an object that `JSON.stringify()` accepts. Only for calls that send their parameters in
   * a body; other calls reject with a {@link ConfigError}, and so does a field that a parameter sets. Not an option of `withOptions()`.
   */
  body?: object | null | undefined
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
