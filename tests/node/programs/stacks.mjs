// Makes a failing call, and prints its stack. The source map maps each line to a line of a TypeScript file, a hundred lines further down.
import process from 'node:process'
import { Zexa } from '../zexa.mjs'

const { url, api_key } = JSON.parse(process.env.ZEXA_TEST_SERVER)
const zexa = new Zexa({ baseUrl: url, apiKey: api_key })

async function greet() {
  await null
  return await zexa.messages.get('msg_nowhere')
}

greet().catch((error) => console.log(JSON.stringify(error.stack)))
//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbInNlbmQtZ3JlZXRpbmcudHMiXSwibmFtZXMiOltdLCJtYXBwaW5ncyI6IkFBb0dBO0FBQ0E7QUFDQTtBQUNBO0FBQ0E7QUFDQTtBQUNBO0FBQ0E7QUFDQTtBQUNBO0FBQ0E7QUFDQTtBQUNBO0FBQ0EifQ==
