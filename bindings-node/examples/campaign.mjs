// Creates a campaign, and prints its progress until it ends.
//
// Environment: ZEXA_API_KEY, and ZEXA_BASE_URL for a sandbox. Argument: the id of the contact list, optional.
import { setTimeout as sleep } from 'node:timers/promises'
import { CampaignStatus, NotFoundError, Zexa, ZexaError } from 'zexa'

const list = process.argv[2] ?? 'lst_demo'

async function main() {
  const zexa = new Zexa()
  let campaign = await zexa.campaigns.create({
    name: 'Two for one',
    channel: 'sms',
    contactListId: list,
    senderId: 'ZEXA',
    body: 'This week only: two for the price of one.',
  })
  const total = campaign.totalRecipients ?? 0
  console.log(`${campaign.id} to ${total} contacts`)

  // If you need the result only, use `await zexa.campaigns.wait(campaign.id)`.
  let printed = ''
  while (!CampaignStatus.isFinal(campaign.status)) {
    await sleep(500)
    campaign = await zexa.campaigns.get(campaign.id)
    const progress = `${total - (campaign.stats?.pending ?? total)} of ${total}, ${campaign.status}`
    if (progress !== printed) console.log(progress)
    printed = progress
  }
  console.log(`${campaign.stats?.delivered ?? 'an unknown number'} delivered`)
}

try {
  await main()
} catch (error) {
  if (!(error instanceof ZexaError)) throw error
  console.error(error instanceof NotFoundError ? `contact list ${list} not found` : `${error}`)
  process.exitCode = 1
}
