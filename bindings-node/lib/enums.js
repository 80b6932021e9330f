// Objects with the known values of open enums, such as the statuses of a message.
'use strict'

/** An object with the values, and with functions about them, which are not enumerable. */
function defineEnum(values, functions = {}) {
  const all = { ...values }
  for (const [name, value] of Object.entries(functions)) Object.defineProperty(all, name, { value })
  return Object.freeze(all)
}

module.exports = { defineEnum }
