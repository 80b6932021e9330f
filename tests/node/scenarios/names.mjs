// Names and durations: scenarios have snake case and seconds, the package has camelCase and milliseconds.

/** What scenarios give in seconds. */
const DURATIONS = new Set(['timeout', 'connect_timeout', 'deadline', 'max_retry_wait'])

export const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase())

export const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Options or parameters by the names that the package has. */
export function translated(given) {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      camel(name),
      DURATIONS.has(name) && typeof value === 'number' ? value * 1000 : value,
    ]),
  )
}
