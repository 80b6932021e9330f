// The package under test, imported by its name.
export * from 'zexa'
export * as default from 'zexa'
