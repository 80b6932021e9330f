// Converts names and durations: scenarios use snake_case and seconds, the package camelCase and milliseconds.

/** Options that scenarios specify in seconds. */
const DURATIONS = new Set(['timeout', 'connect_timeout', 'deadline', 'max_retry_wait'])

export const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase())

export const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Options or parameters with the names of the package. */
export function translated(input) {
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [
      camel(name),
      DURATIONS.has(name) && typeof value === 'number' ? value * 1000 : value,
    ]),
  )
}
