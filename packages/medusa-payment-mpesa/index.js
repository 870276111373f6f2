"use strict"

const { ModuleProvider, Modules } = require("@medusajs/framework/utils")
const { MpesaProvider } = require("./lib/provider")

module.exports = ModuleProvider(Modules.PAYMENT, { services: [MpesaProvider] })
