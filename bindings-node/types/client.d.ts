/**
 * A client of the Zexa API.
 *
 * Making one opens and starts nothing, and there is no need to close it: an idle client does not keep the process alive. One serves any number of
 * calls at once. Every call gives a promise, and what is wrong with a call rejects it.
 */
export declare class Zexa {
  /** @throws {ConfigError} where an option is unknown or cannot be used, or there is no API key. */
  constructor(options?: ClientOptions | null)

  // GENERATED: the resources

  /** Where the API is. */
  readonly baseUrl: string

  /** The same client, and the same connections, for calls with other options. To close it closes them all. */
  withOptions(options: Omit<CallOptions, 'body'>): Zexa

  /**
   * A request to any path of the API, for what this version does not know. It is authorised, repeated and timed as every other.
   *
   * @param method `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
   * @param path Below the base URL, such as `/messages`.
   */
  request<T = unknown>(
    method: string,
    path: string,
    given?: {
      /** What follows the path behind the question mark. What is `null` or `undefined` is left out. */
      query?: QueryGiven | null | undefined
      /** Anything that `JSON.stringify()` takes. */
      body?: unknown
    } | null,
    options?: CallOptions | null,
  ): Promise<Response<T>>

  /** Refuses further calls, ends waits, and closes idle connections. An attempt in flight goes on to its end. */
  close(): void

  /** As {@link Zexa.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

export { Zexa as default }

declare global {
  // For compilers without the library "esnext.disposable", which declares the same.
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol
  }
}

type QueryValue = string | number | boolean | null | undefined

type QueryGiven = Readonly<Record<string, QueryValue | readonly QueryValue[]>> | Iterable<readonly [string, QueryValue]>

/** An answer as it came: `T` is what its body is taken for, which nobody checks. */
export interface Response<T = unknown> {
  /** The HTTP status, a 2xx. */
  status: number
  /** The body; null where there was none. */
  body: T
}

/** The options of a client. All times are in milliseconds. */
export interface ClientOptions {
  /** The API key. Default: `ZEXA_API_KEY` in `process.env`. */
  apiKey?: string | null | undefined
  /** Where the API is. Default: `ZEXA_BASE_URL` in `process.env`, else `https://api.zexa.ao/v1`. */
  baseUrl?: string | null | undefined
  /** The time for one attempt, from connecting to the last byte of the answer. Default: 30,000. */
  timeout?: number | null | undefined
  /** The time to look up the host, connect and agree on TLS. Default: 5,000. */
  connectTimeout?: number | null | undefined
  /** The time for a whole call: its attempts, the waits between them, and all pages of a list. Default: none. */
  deadline?: number | null | undefined
  /**
   * Maximum number of requests at the same time, each of which has a connection of its own over HTTP/1.1. Default: 100. Further calls wait for a
   * connection in order of arrival, until their deadline. Lists prefetch fewer pages if connections are scarce. An idle connection is closed after at
   * most a minute.
   */
  maxConnections?: number | null | undefined
  /**
   * Offers HTTP/2 to the server over `https://`. Default: no, HTTP/1.1 only. Over HTTP/2 the calls of a client share one connection. If that
   * connection fails, the outcome of all calls in flight is unknown.
   */
  http2?: boolean | null | undefined
  /** How many times a failed attempt is repeated, where repeating is safe. Default: 3; 0 means one attempt. */
  maxRetries?: number | null | undefined
  /** The longest wait that a server may ask for. Where it asks for more, the call fails at once. Default: 120,000. */
  maxRetryWait?: number | null | undefined
  /**
   * URL of a proxy for all connections, such as `http://user:password@proxy.example:3128`. Protocols: `http`, `https`, `socks5` and `socks5h`, whose
   * proxy resolves host names. Default: `HTTPS_PROXY` (`HTTP_PROXY` for a base URL with `http://`), `ALL_PROXY` and `NO_PROXY` in
   * `process.env`, which is read when the client is created. They do not apply to a base URL on this machine itself.
   */
  proxy?: string | null | undefined
  /**
   * A PEM file of the certificate authorities to trust, in place of those of `SSL_CERT_FILE` in `process.env`, and of the system's.
   * `NODE_EXTRA_CA_CERTS` is not read.
   */
  caFile?: string | null | undefined
  /** Added to the `User-Agent`, such as `shop/1.2`. */
  userAgentSuffix?: string | null | undefined
  /** Headers sent with every request. The client's own, such as `Authorization`, cannot be set. */
  defaultHeaders?: HeadersGiven | null | undefined
  /** Allows `http://` to another machine, where the API key travels in clear. Default: no. */
  allowHttp?: boolean | null | undefined
  /** Receives a record of each attempt and each warning: such as `console`. Default: none. */
  logger?: Logger | null | undefined
}

/** The options of a call. All times are in milliseconds. What is absent is as the client has it. */
export interface CallOptions {
  /**
   * Ends the call when it is aborted: in flight, in a wait, or between pages. The call then rejects with a {@link CancelledError}. Replaces a signal
   * that `withOptions()` was given.
   */
  signal?: AbortSignal | null | undefined
  /** The time for one attempt, from connecting to the last byte of the answer. */
  timeout?: number | null | undefined
  /** The time for the whole call: its attempts, the waits between them, and all pages of a list. */
  deadline?: number | null | undefined
  /** How many times a failed attempt is repeated, where repeating is safe. 0 means one attempt. */
  maxRetries?: number | null | undefined
  /**
   * Repeats a POST even where it is not known whether the server has carried it out: a message may then be **sent twice**. Default: no.
   */
  retryAmbiguous?: boolean | null | undefined
  /** Headers sent beside the client's own. One that is `null` or `undefined` is left out. */
  headers?: HeadersGiven | null | undefined
  /**
   * Parameters added to the query of every request of the call, such as each page of a list. An array repeats a parameter; one that is `null` or
   * `undefined` is left out. A parameter that the call sets itself rejects with a {@link ConfigError}.
   */
  query?: QueryGiven | null | undefined
  /**
   * Fields added to the body, by their names in the API: an object that `JSON.stringify()` takes. A field that its parameter sets, too, rejects with a
   * {@link ConfigError}. So does a call that sends no parameters in its body. A client cannot have this option.
   */
  body?: object | null | undefined
}

type HeadersGiven =
  | Readonly<Record<string, string | null | undefined>>
  | Iterable<readonly [string, string | null | undefined]>

/**
 * Receives a record of each attempt of each call, at `debug`, or at `info` if it failed; and of each warning, at `warn`. The fields contain no key, no
 * text, no phone number and no id of a resource. It is called outside of the context of the call: an `AsyncLocalStorage` has no store there.
 */
export interface Logger {
  debug(message: string, fields: AttemptFields): void
  info(message: string, fields: AttemptFields): void
  /** Conditions that are no error, such as a list that ended short of its total. A logger without this method does not receive them. */
  warn?(message: string, fields: WarningFields): void
}

/** The call that a warning is about. */
export interface WarningFields {
  /** The HTTP method. */
  method: string
  /** The path without the ids in it, such as `/messages/{id}`. */
  route: string
}

/** One attempt of a call. */
export interface AttemptFields {
  /** The HTTP method. */
  method: string
  /** The path without the ids in it, such as `/messages/{id}`. */
  route: string
  /** Which attempt of its call it was, from 1. */
  attempt: number
  /** Milliseconds from the first step to the last byte of the answer. */
  elapsed: number
  /** The status of the answer, where one came. */
  status?: number
  /** The id in a failing answer, by which Zexa's support finds the request. */
  requestId?: string
  /** What went wrong, if anything did. */
  kind?: Kind
}

/**
 * Reads what Zexa posted to a webhook: the body of its request, as it came. It does not check who posted it.
 *
 * Answer the request with a 2xx soon, or it will be posted again. The first one after registering is a test.
 *
 * @throws {DecodeError} where it is not a JSON object.
 */
export declare function parseEvent(body: string | Uint8Array): WebhookEvent
