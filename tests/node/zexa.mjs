// The package under test, for all tests beside it, which know it by its name alone.
export * from 'zexa'
export * as default from 'zexa'
