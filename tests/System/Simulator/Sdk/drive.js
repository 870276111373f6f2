// Calls every API that mpesa-node knows, as its README shows, and prints what each answered as one JSON array.
// SIMULATOR: where the simulator listens; SHOP: where callbacks go; CERTIFICATE: the PEM file to encrypt with.
'use strict'
const Mpesa = require('mpesa-node')

const { SIMULATOR, SHOP, CERTIFICATE } = process.env
const phone = '254708374149'
const mpesa = new Mpesa({
    consumerKey: 'local-consumer-key',
    consumerSecret: 'local-consumer-secret',
    environment: 'sandbox',
    shortCode: '174379',
    initiatorName: 'local-initiator',
    lipaNaMpesaShortCode: '174379',
    lipaNaMpesaShortPass: 'local-passkey',
    securityCredential: 'local-initiator-password',
    certPath: CERTIFICATE
})
mpesa.baseURL = SIMULATOR

const answers = []
async function step (name, call) {
    try {
        const { status, data } = await call()
        answers.push({ name, status, data })
        return data
    } catch (error) {
        if (!error.response) throw error
        answers.push({ name, status: error.response.status, data: error.response.data })
        return error.response.data
    }
}

// The query is asked until the customer has answered: before that the API says 500, "being processed".
async function final (id) {
    for (let tries = 0; tries < 100; tries++) {
        try {
            return await mpesa.lipaNaMpesaQuery(id)
        } catch (error) {
            if (!error.response || error.response.status !== 500) throw error
            await new Promise(wake => setTimeout(wake, 50))
        }
    }
    throw new Error('The prompt was never answered.')
}

async function receipt () {
    const { data } = await require('axios').get(`${SIMULATOR}/simulator/ledger`)
    return data.items.find(item => item.kind === 'stk').receipt
}

async function main () {
    await step('oauth', () => mpesa.oAuth())
    const push = await step('stk', () => mpesa.lipaNaMpesaOnline(phone, 10, `${SHOP}/stk`, 'ORDER-1'))
    await step('query', () => final(push.CheckoutRequestID))
    await step('register', () => mpesa.c2bRegister(`${SHOP}/confirm`, `${SHOP}/validate`))
    await step('simulate', () => mpesa.c2bSimulate(phone, 5, 'INV-1'))
    await step('b2c', () => mpesa.b2c('174379', phone, 10, `${SHOP}/timeout`, `${SHOP}/b2c`))
    await step('b2b', () => mpesa.b2b('174379', '600000', 10, `${SHOP}/timeout`, `${SHOP}/b2b`))
    const paid = await receipt()
    await step('status', () => mpesa.transactionStatus(paid, '174379', 4, `${SHOP}/timeout`, `${SHOP}/status`))
    await step('reversal', () => mpesa.reversal(paid, 10, `${SHOP}/timeout`, `${SHOP}/reversal`))
    await step('balance', () => mpesa.accountBalance('174379', 4, `${SHOP}/timeout`, `${SHOP}/balance`))
    console.log(JSON.stringify(answers))
}

main().catch(error => {
    console.error(error)
    process.exit(1)
})
