/**
 * All items of a list, across its pages. Read it with `for await`, as often as you like. It is also the promise of its first page.
 *
 * Nothing is sent until the list is read. Pages are prefetched and yielded in order; an item repeated across pages is yielded once. If the list ends
 * with fewer items than the API reported, {@link List.isIncomplete} is true and the logger receives a warning. A list that repeats the same items
 * forever rejects with a {@link DecodeError}. The list ends after an error. A deadline applies to one reading of the list, from its beginning.
 *
 * @typeParam T Type of the items.
 */
export interface List<T> extends AsyncIterable<T>, Promise<Page<T>> {
  /** Start a new reading of the list. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T>

  /** Whether the last reading that reached the end yielded fewer items than the API reported in its last `total`. */
  readonly isIncomplete: boolean

  /** Return the pages of the list. */
  pages(): Pages<T>

  /**
   * Fetch one page.
   *
   * @param number Number of the page, from 1.
   */
  page(number: number): Promise<Page<T>>

  /**
   * Collect all items, or the first `limit` items.
   *
   * @param options `limit` is the maximum number of items. Default: all.
   */
  toArray(options?: { limit?: number | null | undefined } | null): Promise<T[]>
}

/**
 * The pages of a list, in order. Read them with `for await`, as often as you like.
 *
 * Pages are as the API returns them: an item repeated across pages is on each of them. A page without new items is skipped, unless it is the first.
 *
 * @typeParam T Type of the items.
 */
export interface Pages<T> extends AsyncIterable<Page<T>> {
  /** Same value as {@link List.isIncomplete}. */
  readonly isIncomplete: boolean
}

/**
 * One page of a list.
 *
 * @typeParam T Type of the items.
 */
export interface Page<T> {
  /** Items of the page. */
  items: T[]
  /** Number of items in the whole list. Absent if the API omits it. */
  total?: number
  /** Number of the page, from 1. */
  page: number
  /** Number of items on a full page. Absent if the API omits it. */
  perPage?: number
  /** Fields of the page that this version does not know, and the raw values of fields in an unexpected form. */
  extra: Record<string, unknown>
}
