// Hints for the error about an unknown name: the name may be misspelt, or belong to another argument.
'use strict'

/** Where to pass a name that belongs elsewhere. */
const places = new Map([
  ['limit', 'is an option of toArray()'],
  ['page', 'is a method of the list: call list().page(number)'],
])

/** Registers the names of a table of members. The first registration of a name wins. */
function registerPlace(members, place) {
  for (const name of Object.keys(members)) if (!places.has(name)) places.set(name, place)
}

/** Completes the sentence that starts with `name`: where it belongs, or what was meant. */
function hintFor(name, members) {
  const meant = Object.keys(members).find((known) => simplified(known) === simplified(name))
  return meant === undefined ? `${places.get(name) ?? 'is unknown'}.` : `is unknown; did you mean ${meant}?`
}

/** A name without case and underscores. */
function simplified(name) {
  return name.replaceAll('_', '').toLowerCase()
}

module.exports = { hintFor, registerPlace }
