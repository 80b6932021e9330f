// The messages that programs and tests send.

/** The parameters of a message. */
export function sms(body) {
  return { channel: 'sms', to: '+244912345678', from: 'ZEXA', body: String(body) }
}

/** The bodies of all messages that exist in a server, in order. */
export async function bodies(server) {
  return (await server.messages()).map((message) => message.body)
}
