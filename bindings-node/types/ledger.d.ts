/**
 * Ledger: the record of what was sent, by idempotency key.
 *
 * A client with the option `ledger` writes it. This class shows which rows are in doubt and settles them, also while clients in this or another
 * process use the ledger. All methods work off the event loop, and run in the order of their calls. An open ledger does not keep the process alive.
 * Closing it is not needed: its file is closed when the object is garbage-collected.
 */
export declare class Ledger {
  private constructor()

  /**
   * Open a ledger.
   *
   * @param path Path of the file: a string, or a `file:` URL as `node:fs` accepts it. Or the `postgres:` URL of a ledger in a database.
   * @param options `create` permits creating the ledger if it does not exist; a new ledger belongs to the first account that uses it. Default: `false`.
   * @throws {@link ConfigError} if the ledger does not exist, cannot be created or cannot be used, or if an option is unknown or invalid.
   * @throws {@link APIConnectionError} if the database cannot be reached.
   */
  static open(path: string | URL, options?: { create?: boolean | null | undefined } | null): Promise<Ledger>

  /** Absolute path of the file, or the URL without the password. */
  readonly path: string

  /**
   * Count the rows by state.
   *
   * @throws {@link APIError} if the file cannot be read. This is the same for all methods.
   */
  counts(): Promise<LedgerCounts>

  /** Return the rows in doubt, in the order in which they were first claimed. */
  inDoubt(): Promise<DoubtfulRow[]>

  /**
   * Settle a row in doubt: its request was processed. Records the time and the name of the user.
   *
   * @param key Idempotency key of the row.
   * @param id Id of the message or campaign, if it is known.
   * @throws {@link NotFoundError} if the ledger does not have the key, or {@link ConflictError} if the row is not in doubt.
   */
  markSent(key: string, id?: string | null): Promise<void>

  /**
   * Settle a row in doubt: its request was not processed. It is sent when it is next used. Records the time and the name of the user.
   *
   * @param key Idempotency key of the row.
   * @throws {@link NotFoundError} if the ledger does not have the key, or {@link ConflictError} if the row is not in doubt.
   */
  markNotSent(key: string): Promise<void>

  /**
   * Replace the rows that were accepted before a time by their keys, which are never sent again. Rows in other states are kept.
   *
   * Later calls with such a key reject with a `DecodeError` with the outcome `accepted`, because the id of the message is no longer known.
   *
   * @param before A `Date`, or an ISO 8601 string with an offset.
   * @returns The number of replaced rows.
   * @throws {@link ValidationError} if `before` is not a time with an offset.
   */
  prune(before: Date | string): Promise<number>

  /**
   * Write all rows to a CSV file, with a header. An existing file is replaced when the new one is complete.
   *
   * @param path Path of the CSV file: a string, or a `file:` URL.
   * @returns The number of rows.
   * @throws {@link APIError} if a file cannot be read or written, or {@link ValidationError} if the path is that of the ledger.
   */
  export(path: string | URL): Promise<number>
}
