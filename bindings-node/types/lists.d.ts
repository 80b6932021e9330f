/**
 * All items of a list, across its pages: read it with `for await`, as often as you like. It is also the promise of its first page.
 *
 * Nothing is sent until it is read. Pages are prefetched and yielded in order. An item repeated across pages, because rows were added in between, is
 * yielded once. If the list ends with fewer items than the API reported, {@link List.isIncomplete} is true and the logger receives a warning. A list
 * that only repeats items although more should follow rejects with a {@link DecodeError}. After an error the list ends. A deadline applies to one
 * reading of the list, from its beginning.
 */
export interface List<T> extends AsyncIterable<T>, Promise<Page<T>> {
  [Symbol.asyncIterator](): AsyncIterableIterator<T>

  /** Whether the last reading that reached the end had fewer items than the API reported in its last `total`. */
  readonly isIncomplete: boolean

  /** The list page by page. */
  pages(): Pages<T>

  /** Fetches one page. The first is 1. */
  page(number: number): Promise<Page<T>>

  /** Collects all items, or the first `limit` items. */
  toArray(options?: { limit?: number | null | undefined } | null): Promise<T[]>
}

/**
 * The pages of a list, in order, as the API returns them: an item repeated across pages is on each of them. A page without new items is left out,
 * unless it is the first. Read them with `for await`, as often as you like.
 */
export interface Pages<T> extends AsyncIterable<Page<T>> {
  /** As {@link List.isIncomplete}, with which it is shared. */
  readonly isIncomplete: boolean
}

/** One page of a list. */
export interface Page<T> {
  /** What is on it. */
  items: T[]
  /** Number of items in the whole list. Absent if the API omits it. */
  total?: number
  /** Number of the page, from 1. */
  page: number
  /** Number of items on a full page. Absent if the API omits it. */
  perPage?: number
  /** Other fields of the page, and the raw values of fields in an unexpected form. */
  extra: Record<string, unknown>
}
