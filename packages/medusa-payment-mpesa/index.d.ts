import type { ModuleProviderExports } from "@medusajs/framework/types"

/** The provider's options in `medusa-config`. */
export interface MpesaOptions {
  /** The address of the Payments service, such as https://pay.example.co.ke. */
  url: string
  /** A key of the service with the scope `checkouts`; refunds need `payouts` too. */
  apiKey: string
  /** The `secret` (whsec_…) that POST /api/webhooks answered. */
  webhookSecret: string
  /** Where browsers reach the service, if that is not `url`. */
  publicUrl?: string
  /** Your Pay Bill or till number, to be shown beside the account; it is in the session's data as `paybill`. */
  paybill?: string
  /** What the shopper reads, at most 100 characters; the prompt shows the first 13. */
  description?: string
  /** How long a session can be paid, 1 to 10080 minutes; the service's default is a day. */
  expiresInMinutes?: number
  /** The remark on the statement, 2 to 100 characters; by default "Refund" and Medusa's id of it. */
  refundReason?: string
  /** How long a refund in Medusa waits for M-PESA's answer, 0 to 60 seconds (10). */
  refundWaitSeconds?: number
}

/** What a payment session's `data` holds. Everything but `phone` is the provider's. */
export interface MpesaSessionData {
  id: string
  session_id: string
  status: "open" | "pending" | "paid" | "failed" | "expired" | "cancelled"
  amount: number
  amount_due: number
  amount_paid: number
  currency: "KES"
  /** What the shopper types at the Pay Bill. */
  account: string
  paybill: string | null
  /** GET it, POST `/pay` or GET `/events` below it, with `client_secret` as bearer token. */
  checkout_url: string
  client_secret: string | null
  pay_url: string | null
  phone: string | null
  expires_at: string
  failure: { code: string; message: string; retryable: boolean } | null
  receipt: string | null
  late: boolean
  refunds: { id: string; amount: number; status: string; method: string; receipt: string | null }[]
}

declare const provider: ModuleProviderExports
export default provider
