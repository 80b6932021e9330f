// Sends a message, many messages and a small campaign, and prints their progress.
//
// Environment: ZEXA_BASE_URL and ZEXA_API_KEY of a sandbox. `cargo xtask demo node` starts one and runs this program.
// Do not run it against the real API: it costs credits, and the phone numbers below are examples.
import { setTimeout as sleep } from 'node:timers/promises'
import { CampaignStatus, MessageStatus, Zexa, ZexaError } from 'zexa'

// An existing contact list: the API cannot create one.
const LIST = 'lst_demo'
const NEW_CONTACTS = 20
// The number of messages of the bulk run.
const MANY = 200
// Time limit for each wait, in seconds.
const WAIT_LIMIT = 60

// Colours and a progress bar in a terminal; plain lines elsewhere.
const terminal = process.stdout.isTTY
const coloured = terminal && process.stdout.hasColors()
const paint = (/** @type {number} */ code) => (/** @type {string} */ text) =>
  coloured ? `\x1b[${code}m${text}\x1b[0m` : text
const bold = paint(1)
const red = paint(31)
const green = paint(32)

async function main() {
  const zexa = new Zexa()
  heading('Credits')
  const before = (await zexa.credits.get()).credits
  say(before)
  heading('A message')
  await oneMessage(zexa)
  heading('A message to each of many people')
  await manyMessages(zexa)
  heading('A campaign')
  await addContacts(zexa)
  await aCampaign(zexa)
  heading('Credits')
  const after = (await zexa.credits.get()).credits
  say(`${after}, so all this took ${before - after}`)
  heading('An error, on purpose')
  await anError(zexa)
}

/** @param {string} text */
function heading(text) {
  console.log(`\n${bold(text)}`)
}

/** @param {unknown} text */
function say(text) {
  console.log(`  ${text}`)
}

/** Returns a function that measures the seconds since now. */
function stopwatch() {
  const start = performance.now()
  return () => (performance.now() - start) / 1000
}

/**
 * Sends a message, and prints its status until it is final.
 *
 * @param {Zexa} zexa
 */
async function oneMessage(zexa) {
  const seconds = stopwatch()
  let message = await zexa.messages.send({
    channel: 'sms',
    to: '+244912345678',
    from: 'ZEXA',
    body: 'Olá! This is Zexa.',
  })
  const showStatus = () => say(`${seconds().toFixed(1).padStart(4)} s  ${green(message.status)}`)
  say(`${message.id} by ${message.channel} from ZEXA`)
  showStatus()
  while (!MessageStatus.isFinal(message.status) && seconds() < WAIT_LIMIT) {
    await sleep(200)
    const before = message.status
    message = await zexa.messages.get(message.id)
    if (message.status !== before) showStatus()
  }
}

/**
 * Sends a message with its own text to each of many people, and prints the progress. A program that may be interrupted sets `ledger`, too.
 *
 * @param {Zexa} zexa
 */
async function manyMessages(zexa) {
  const seconds = stopwatch()
  const sending = zexa.messages.sendMany(greetings(), { rate: 100 })
  const show = progress(MANY)
  let done = 0
  for await (const { index, error } of sending) {
    if (error) say(red(`row ${index}: ${error.message}`))
    done += 1
    show(done, `${sending.stats().rate.toFixed(0)} per second`)
  }
  if (terminal) console.log()
  say(`${green('done')} in ${seconds().toFixed(1)} s: ${sending.stats().accepted} accepted`)
}

/** The messages, which are made while they are sent. */
function* greetings() {
  for (let number = 1; number <= MANY; number += 1) {
    const to = `+2449100${String(number).padStart(5, '0')}`
    yield { channel: 'sms', to, from: 'ZEXA', body: `Cliente ${number}, your order is ready.` }
  }
}

/**
 * Adds contacts to the list. Contacts of an earlier run are kept.
 *
 * @param {Zexa} zexa
 */
async function addContacts(zexa) {
  let added = 0
  for await (const { contact, error } of zexa.contacts.createMany(newContacts())) {
    if (error) throw error
    if (contact) added += 1
  }
  say(`${added} contacts added to ${LIST}`)
}

function* newContacts() {
  for (let number = 1; number <= NEW_CONTACTS; number += 1) {
    yield { name: `Cliente ${number}`, phone: phone(number), lists: [LIST] }
  }
}

/**
 * A phone number. For two of them, the sandbox simulates a failed delivery.
 *
 * @param {number} number
 */
function phone(number) {
  if (number === 7) return '+244000100007'
  if (number === 13) return '+244000200013'
  return `+2449000000${String(number).padStart(2, '0')}`
}

/**
 * Creates a campaign for the list, and prints its progress.
 *
 * @param {Zexa} zexa
 */
async function aCampaign(zexa) {
  const seconds = stopwatch()
  let campaign = await zexa.campaigns.create({
    name: 'Two for one',
    channel: 'sms',
    contactListId: LIST,
    senderId: 'ZEXA',
    body: 'This week only: two for the price of one.',
  })
  const total = campaign.totalRecipients ?? 0
  say(`${campaign.id} "${campaign.name}" to ${total} contacts`)
  const show = progress(total)
  while (!CampaignStatus.isFinal(campaign.status) && seconds() < WAIT_LIMIT) {
    await sleep(100)
    campaign = await zexa.campaigns.get(campaign.id)
    // The number of messages that are not pending, if the API reports it.
    show(total - (campaign.stats?.pending ?? total), campaign.status)
  }
  if (terminal) console.log()
  say(`${green(campaign.status)} in ${seconds().toFixed(1)} s`)
  const { delivered, failed, undeliverable } = campaign.stats ?? {}
  for (const [name, count] of Object.entries({ delivered, failed, undeliverable })) {
    if (count !== undefined) say(`${String(count).padStart(3)} ${name}`)
  }
}

/**
 * Returns a function that shows the progress: a bar in a terminal, or a line for every quarter in a log.
 *
 * @param {number} total
 */
function progress(total) {
  const step = Math.max(1, Math.ceil(total / 4))
  let before = 0
  return (/** @type {number} */ done, /** @type {string} */ status) => {
    if (terminal) {
      const length = total === 0 ? 40 : Math.round((40 * done) / total)
      process.stdout.write(
        `\r\x1b[2K  ${green('━'.repeat(length))}${' '.repeat(40 - length)} ${done}/${total} ${status}`,
      )
    } else if (Math.floor(done / step) > Math.floor(before / step) || (before < done && done === total)) {
      say(`${String(done).padStart(3)}/${total}  ${status}`)
    }
    before = done
  }
}

/**
 * Sends from a name that is not registered, and prints the error.
 *
 * @param {Zexa} zexa
 */
async function anError(zexa) {
  const body = 'From a name that is not registered.'
  try {
    const message = await zexa.messages.send({ channel: 'sms', to: '+244912345678', from: 'NOBODY', body })
    say(`none: ${message.id} was sent`)
  } catch (error) {
    if (!(error instanceof ZexaError)) throw error
    explain(error)
  }
}

/** @param {ZexaError} error */
function explain(error) {
  say(red(error.message))
  say(`class       ${error.name}`)
  say(`kind        ${error.kind}`)
  say(`outcome     ${error.outcome}, so ${meaningOf(error)}`)
  say(`answer      ${error.status ?? 0}, ${error.code ?? 'without a code'}`)
  say(`request id  ${error.requestId ?? 'none'}`)
  if (error.details !== undefined) say(`details     ${JSON.stringify(error.details)}`)
}

/** @param {ZexaError} error */
function meaningOf(error) {
  if (error.safeToRetry) return 'nothing was sent: it can be sent again after the cause is removed'
  return 'it may have been sent: check before you send it again'
}

const url = process.env.ZEXA_BASE_URL
if (!url) {
  console.error('ZEXA_BASE_URL is not set. This demo needs a sandbox, which `cargo xtask demo node` starts.')
  process.exitCode = 1
} else {
  console.log(`${bold('Zexa')} in Node, with ${url}`)
  try {
    await main()
  } catch (error) {
    if (!(error instanceof ZexaError)) throw error
    console.error(`${error}`)
    process.exitCode = 1
  }
}
