import { client } from "./http.mjs"

export const PROVIDER = "pp_mpesa_mpesa"

/** A shop in Kenya, made over Medusa's admin API: a region that pays by M-PESA, three products, delivery for 200 shillings. */
export async function seed(medusa, email, password) {
  const { token } = await client(medusa)("POST", "/auth/user/emailpass", { email, password })
  const admin = client(medusa, { Authorization: `Bearer ${token}` })

  const { sales_channel: channel } = await admin("POST", "/admin/sales-channels", { name: "Web" })
  const { stock_location: store } = await admin("POST", "/admin/stock-locations", { name: "Nairobi" })
  await admin("POST", `/admin/stock-locations/${store.id}/sales-channels`, { add: [channel.id] })
  await admin("POST", `/admin/stock-locations/${store.id}/fulfillment-providers`, { add: ["manual_manual"] })
  const { region } = await admin("POST", "/admin/regions", { name: "Kenya", currency_code: "kes", countries: ["ke"], payment_providers: [PROVIDER, "pp_mpesa_short"] })

  const profiles = await admin("GET", "/admin/shipping-profiles")
  const profile = profiles.shipping_profiles[0] ?? (await admin("POST", "/admin/shipping-profiles", { name: "Default", type: "default" })).shipping_profile
  const { stock_location: withSet } = await admin(
    "POST", `/admin/stock-locations/${store.id}/fulfillment-sets?fields=*fulfillment_sets`, { name: "Delivery", type: "shipping" })
  const { fulfillment_set: set } = await admin(
    "POST", `/admin/fulfillment-sets/${withSet.fulfillment_sets[0].id}/service-zones`,
    { name: "Kenya", geo_zones: [{ type: "country", country_code: "ke" }] })
  const { shipping_option: delivery } = await admin("POST", "/admin/shipping-options", {
    name: "Rider", service_zone_id: set.service_zones[0].id, shipping_profile_id: profile.id, provider_id: "manual_manual", price_type: "flat",
    type: { label: "Rider", description: "Same day", code: "rider" }, prices: [{ currency_code: "kes", amount: 200 }],
    // What the admin's own form sets: without it customers are not offered the option.
    rules: [{ attribute: "enabled_in_store", value: "true", operator: "eq" }, { attribute: "is_return", value: "false", operator: "eq" }],
  })

  const product = async (title, price, stock) => {
    const { product: made } = await admin("POST", "/admin/products", {
      title, status: "published", shipping_profile_id: profile.id, sales_channels: [{ id: channel.id }], options: [{ title: "Size", values: ["One"] }],
      variants: [{ title, sku: title.toUpperCase(), options: { Size: "One" }, manage_inventory: stock !== undefined, prices: [{ currency_code: "kes", amount: price }] }],
    })
    const variant = made.variants[0].id
    if (stock !== undefined) {
      const { inventory_items: items } = await admin("GET", `/admin/inventory-items?sku=${title.toUpperCase()}`)
      await admin("POST", `/admin/inventory-items/${items[0].id}/location-levels`, { location_id: store.id, stocked_quantity: stock })
    }
    return variant
  }
  const products = { shirt: await product("Shirt", 1300), sweet: await product("Sweet", 0.5), last: await product("Last", 800, 1) }

  const { api_key: key } = await admin("POST", "/admin/api-keys", { title: "Storefront", type: "publishable" })
  await admin("POST", `/admin/api-keys/${key.id}/sales-channels`, { add: [channel.id] })
  return { admin: token, publishableKey: key.token, region: region.id, delivery: delivery.id, products }
}
