// The names that the API has for things, such as the statuses of a message.
'use strict'

/** The values, and functions that say more of one, which are not among the values. */
function names(values, functions = {}) {
  const all = { ...values }
  for (const [name, value] of Object.entries(functions)) Object.defineProperty(all, name, { value })
  return Object.freeze(all)
}

module.exports = { names }
