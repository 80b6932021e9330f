/**
 * What the API lists page by page: read all of it with `for await`, as often as you like. It is also the promise of its first page.
 *
 * Nothing is sent until it is read. Further pages are asked for several at once, whenever the next one is needed, and come in order. An item that
 * shows up on two pages, because the list shifted in between, is given once. After an error there is nothing more. A deadline is for one reading of
 * the list, from its beginning.
 */
export interface List<T> extends AsyncIterable<T>, Promise<Page<T>> {
  [Symbol.asyncIterator](): AsyncIterableIterator<T>

  /** Page by page, as the API gives them: where the list shifts while it is read, an item may be on two. */
  pages(): AsyncIterable<Page<T>>

  /** One page, from 1. */
  page(number: number): Promise<Page<T>>

  /** All items, or the first so many. */
  toArray(options?: { limit?: number | null | undefined } | null): Promise<T[]>
}

/** One page of a list. */
export interface Page<T> {
  /** What is on it. */
  items: T[]
  /** How many items the whole list has. */
  total: number
  /** Which page it is, from 1. */
  page: number
  /** How many items a full page has. */
  perPage: number
  /** What the API said of the page beside this. */
  extra: Record<string, unknown>
}
