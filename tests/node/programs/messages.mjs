// The messages that programs and tests send, and what servers have received.

/** The parameters of a message. */
export function sms(body) {
  return { channel: 'sms', to: '+244912345678', from: 'ZEXA', body: String(body) }
}

/** The bodies of all messages that exist in a server, in order. */
export async function bodies(server) {
  return (await server.messages()).map((message) => message.body)
}

/** Waits until a server has received so many requests. */
export async function arrived(server, count) {
  const { length } = await server.requests(count)
  if (length < count) throw new Error(`waited in vain for ${count} requests: there are ${length}`)
}

/** Prints it, as it is or as JSON. */
export function say(what) {
  console.log(typeof what === 'string' ? what : JSON.stringify(what))
}
