// Checks that an expression has exactly a type, and not only a compatible one.

// biome-ignore lint/suspicious/noExplicitAny: this type tests `any`.
export type Anything = any

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** `is<string>()(value)` is a compile error unless `value` is exactly a `string`; `any` is an error, too. */
export declare function is<Wanted>(): <Found>(
  value: Found,
  ...same: Same<Found, Wanted> extends true ? [] : ['another type']
) => void
