// Messages that programs and tests send, and the messages on a server.

/** The parameters of a message. */
export function sms(body) {
  return { channel: 'sms', to: '+244912345678', from: 'ZEXA', body: String(body) }
}

/** The bodies of all messages on a server, in order. */
export async function bodies(server) {
  return (await server.messages()).map((message) => message.body)
}

/** Waits until a server has received `count` requests. */
export async function arrived(server, count) {
  const { length } = await server.requests(count)
  if (length < count) throw new Error(`timeout: ${length} of ${count} requests arrived`)
}

/** Prints a string, or any other value as JSON. */
export function say(what) {
  console.log(typeof what === 'string' ? what : JSON.stringify(what))
}
