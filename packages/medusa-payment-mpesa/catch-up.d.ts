import type { MedusaContainer } from "@medusajs/framework/types"

/** A Medusa job that completes what is paid at the service and has no order, because a webhook was lost. */
export function catchUp(options: {
  url: string
  apiKey: string
  /** How many days to look back (2). */
  days?: number
}): (container: MedusaContainer) => Promise<void>
