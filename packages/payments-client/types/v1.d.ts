// Made from docs/openapi/v1.json by "npm run generate".
export interface paths {
    "/api/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhooks
         * @description Newest first, without their secrets.
         *
         *     Needs a key with the scope `checkouts`.
         */
        get: operations["listWebhooks"];
        put?: never;
        /**
         * Create a webhook
         * @description It hears what happens from now on. Its `secret` is in this answer only. It is told what the key that makes it may see: events of payouts and
         *     refunds need the scope `payouts`, those of receipts and cases `ops`.
         *
         *     Needs a key with the scope `checkouts`.
         */
        post: operations["createWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a webhook
         * @description As it stands now, without its secret. `disabledBecause` says why nothing is sent to it.
         *
         *     Needs a key with the scope `checkouts`.
         */
        get: operations["getWebhook"];
        put?: never;
        post?: never;
        /**
         * Delete a webhook
         * @description What waits for it is not sent any more; the feed keeps the events.
         *
         *     Needs a key with the scope `checkouts`.
         */
        delete: operations["deleteWebhook"];
        options?: never;
        head?: never;
        /**
         * Change a webhook
         * @description Enabled again it goes on where it stopped: nothing is lost. The process that sends knows within two seconds.
         *
         *     Needs a key with the scope `checkouts`.
         */
        patch: operations["updateWebhook"];
        trace?: never;
    };
    "/api/webhooks/{id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate the secret
         * @description The new one is in this answer only. For 24 hours both sign: a receiver that knows either of them takes everything.
         *
         *     Needs a key with the scope `checkouts`.
         */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Test a webhook
         * @description Sends `webhook.test` now, once, and answers what the endpoint answered. Also while the webhook is disabled.
         *
         *     Needs a key with the scope `checkouts`.
         */
        post: operations["testWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{id}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send events again
         * @description Everything that happened since, in order and under the same ids, before anything newer; a disabled webhook is enabled. Who has taken an id has nothing
         *     left to do.
         *
         *     Needs a key with the scope `checkouts`.
         */
        post: operations["resendEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List deliveries
         * @description What was sent to a webhook, newest first; kept 30 days after it was taken or given up. An event that was not tried yet is in none.
         *
         *     Needs a key with the scope `checkouts`.
         */
        get: operations["listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhook-deliveries/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a delivery
         * @description With the body that is sent, and each try: where to, what was answered (its first 2 KiB), how long it took.
         *
         *     Needs a key with the scope `checkouts`.
         */
        get: operations["getDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhook-deliveries/{id}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send one event again
         * @description At once, whatever became of it; behind those about the same thing that wait.
         *
         *     Needs a key with the scope `checkouts`.
         */
        post: operations["resendDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/checkouts/{id}/refunds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refund a checkout
         * @description Never more than was paid, all refunds together. It is sent once, by a job, and followed to its end.
         *
         *     Needs a key with the scope `payouts`.
         */
        post: operations["createRefund"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/refunds/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a refund
         * @description Takes back a refund that was not sent yet; what it had reserved is free again. Cancelling again is the same answer.
         *
         *     Needs a key with the scope `payouts`.
         */
        post: operations["cancelRefund"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/refunds/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a refund
         * @description As it stands now.
         *
         *     Needs a key with the scope `payouts`.
         */
        get: operations["getRefund"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/refunds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List refunds
         * @description Newest created first; `from` and `to` are createdAt, half-open.
         *
         *     Needs a key with the scope `payouts`.
         */
        get: operations["listRefunds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payouts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List payouts
         * @description Newest created first; `from` and `to` are createdAt, half-open.
         *
         *     Needs a key with the scope `payouts`.
         */
        get: operations["listPayouts"];
        put?: never;
        /**
         * Order a payout
         * @description It is sent once, by a job, and followed to its end. A payout that failed can be ordered again under another reference; one `in_doubt` never should be.
         *
         *     Needs a key with the scope `payouts`.
         */
        post: operations["createPayout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payouts/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a payout
         * @description Takes back a payout that was not sent yet; cancelling again is the same answer. What waits (`waitingFor`) goes out by itself when it can. Its
         *     reference stays used.
         *
         *     Needs a key with the scope `payouts`.
         */
        post: operations["cancelPayout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payouts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a payout
         * @description As it stands now.
         *
         *     Needs a key with the scope `payouts`.
         */
        get: operations["getPayout"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List events
         * @description What changed after a place, in commit order, skipping nothing. Start without `after`, go on with `next`. Events of payouts and refunds are for
         *     keys that also have the scope `payouts`. A place beyond the feed's end, which is shorter after a restore, is 409 `events_restarted`; its
         *     `next` is where to go on.
         *
         *     Needs a key with the scope `checkouts`.
         */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/checkouts/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch a checkout
         * @description Server-Sent Events: `event: checkout` with the checkout as it is, then each change, its version as the id; after paid, expired or cancelled
         *     `event: end`. 204 when asked again with the last id: stop asking.
         *
         *     Needs a key with the scope `checkouts`, or the checkout's `clientSecret`.
         */
        get: operations["watchCheckout"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/checkouts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List checkouts
         * @description Newest created first, by order reference, by your own id, by account; `from` and `to` are createdAt, half-open.
         *
         *     Needs a key with the scope `checkouts`.
         */
        get: operations["listCheckouts"];
        put?: never;
        /**
         * Create a checkout
         * @description With a phone the prompt goes out in the same call, and the answer comes after Safaricom's reply or 8 s, whichever is first. A refused or doubtful prompt
         *     is no error: look at `status`. Where none could be sent, `promptRefused` says why.
         *
         *     Needs a key with the scope `checkouts`.
         */
        post: operations["createCheckout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/checkouts/{id}/pay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Prompt the customer
         * @description Sends a prompt for what is still due, in whole shillings. A prompt that was refused or whose reply was lost is no error: look at `status`.
         *
         *     Needs a key with the scope `checkouts`, or the checkout's `clientSecret`.
         */
        post: operations["payCheckout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/checkouts/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a checkout
         * @description Cancelling again is the same answer. Money that came before, or comes later, is surplus, to be refunded.
         *
         *     Needs a key with the scope `checkouts`.
         */
        post: operations["cancelCheckout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/checkouts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a checkout
         * @description With its clientSecret phones are masked and Safaricom's ids are left out.
         *
         *     Needs a key with the scope `checkouts`, or the checkout's `clientSecret`.
         */
        get: operations["getCheckout"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @enum {string} */
        AttemptStatus: "sending" | "sent" | "unknown" | "succeeded" | "failed";
        /** @description One STK push. */
        AttemptView: {
            id: string;
            status: components["schemas"]["AttemptStatus"];
            /** @description Null once its time is over. */
            phone: null | string;
            /** Format: decimal */
            amount: number;
            checkoutRequestId: null | string;
            /** Format: date-time */
            startedAt: string;
            /** Format: date-time */
            endedAt: null | string;
            resultCode: null | string;
            failure: null | components["schemas"]["FailureView"];
        };
        /** @description One thing that happened to what a case is about. */
        CaseEntry: {
            /** Format: date-time */
            at: string;
            /**
             * @description `prompted`, `ordered`, `sent`, `in_doubt`, `asked`, `answered`, `callback`, `recorded`, `succeeded`,
             *             `completed`, `failed`, `case_opened` or `case_settled`.
             */
            what: string;
            /** @description In words, null when there are none; without tokens, names and whole bodies (`/api/ops/callbacks` has those). */
            detail: null | string;
        };
        /** @description Something has to be decided by a person. */
        CaseEvent: {
            /** @description The same in the feed and at every try of every webhook; no other event ever has it. */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "case.opened";
            /** Format: date-time */
            at: string;
            /** @description As the API showed it when this had happened; once its time is over, as it stands now. */
            data: components["schemas"]["CaseView"];
        };
        /** @enum {string} */
        CaseKind: "outcome_unknown" | "amount_differs" | "receipt_conflict" | "ambiguous_match" | "succeeded_after_failure" | "party_differs" | "reversal_refused" | "reversed" | "unknown_shortcode" | "not_sent" | "untrusted_confirmation" | "untrusted_confirmations" | "unreadable_confirmation" | "confirmations_from_elsewhere";
        /** @enum {string} */
        CaseOutcome: "paid" | "not_paid" | "noted";
        /** @enum {string} */
        CaseStatus: "open" | "settled";
        /** @enum {string} */
        CaseSubject: "attempt" | "payout" | "refund" | "receipt" | "checkout" | "callback";
        /** @description A case as operators see it. */
        CaseView: {
            id: string;
            /** @description What kind of question it is, such as `outcome_unknown`. */
            kind: components["schemas"]["CaseKind"];
            status: components["schemas"]["CaseStatus"];
            subject: components["schemas"]["CaseSubject"];
            /** @description The public id of the attempt, payout, refund, receipt, checkout or stored callback. */
            subjectId: string;
            checkoutId: null | string;
            client: null | string;
            /** @description What happened and what can be done. */
            story: string;
            /** @description `paid`, `not_paid` or `noted`; null while open. */
            outcome: null | components["schemas"]["CaseOutcome"];
            reason: null | string;
            /** @description The client whose key settled it, or `service` when Safaricom's word did. */
            settledBy: null | string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            settledAt: null | string;
            /** @description The whole history of what it is about, oldest first: every question, every answer, every callback that did not simply settle it. */
            history?: components["schemas"]["CaseEntry"][];
        };
        /** @description What happened to a checkout. */
        CheckoutEvent: {
            /** @description The same in the feed and at every try of every webhook; no other event ever has it. */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "checkout.created" | "checkout.pending" | "checkout.partially_paid" | "checkout.paid" | "checkout.failed" | "checkout.expired" | "checkout.cancelled" | "checkout.surplus" | "checkout.receipt_known";
            /** Format: date-time */
            at: string;
            /** @description As the API showed it when this had happened; once its time is over, as it stands now. */
            data: components["schemas"]["CheckoutView"];
        };
        /** @enum {string} */
        CheckoutStatus: "open" | "pending" | "paid" | "failed" | "expired" | "cancelled";
        /** @description A checkout as the API shows it (docs/checkout.md). Amounts are shillings with at most two decimals. */
        CheckoutView: {
            id: string;
            status: components["schemas"]["CheckoutStatus"];
            /** @description What a customer types at the Pay Bill to pay it; no other checkout ever has it. */
            account: string;
            /** @description The shop's own reference; null where it gave none. */
            orderReference: null | string;
            /** @description The id the shop's platform has for it; null where it gave none, and to the holder of a clientSecret. */
            externalId: null | string;
            /** Format: decimal */
            amount: number;
            /** Format: decimal */
            amountPaid: number;
            /** Format: decimal */
            amountDue: number;
            /** Format: decimal */
            amountRefunded: number;
            /**
             * Format: decimal
             * @description What came beyond the amount and is still here, to be given back.
             */
            surplus: number;
            /** @description True when money that counts came after the checkout had failed or expired. */
            late: boolean;
            currency: string;
            description: null | string;
            phone: null | string;
            metadata: {
                [key: string]: string;
            };
            payment: null | components["schemas"]["PaymentView"];
            payments: components["schemas"]["PaymentView"][];
            failure: null | components["schemas"]["FailureView"];
            attempts: components["schemas"]["AttemptView"][];
            refunds: components["schemas"]["RefundView"][];
            /** Format: uri */
            returnUrl: null | string;
            /**
             * Format: uri
             * @description The page on which its customer pays, with the key to it: in answers to a shop's own key; null in events, and to the holder of a clientSecret.
             */
            payUrl: null | string;
            /** Format: int32 */
            version: number;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            /** Format: date-time */
            expiresAt: string;
            /** @description The key to this one checkout; only in the answer to the shop that makes it. */
            clientSecret?: string;
            /** @description Why no prompt went out although one was asked for; null otherwise. */
            promptRefused?: components["schemas"]["PromptRefusedView"];
        };
        /** @description Where to send what. */
        CreateWebhookBody: {
            /**
             * Format: uri
             * @description An https address of the Internet that answers POST itself, without a redirect.
             */
            url: string;
            /** @description The types wanted; when absent all that your key may see, but for `checkout.created` and `checkout.pending`. */
            events?: null | components["schemas"]["EventType"][];
            /** @description Up to 200 characters for yourself. */
            description?: null | string;
        };
        /** @enum {string} */
        DeliveryStatus: "pending" | "delivered" | "failed";
        /** @description What the endpoint made of it. */
        DeliveryTestView: {
            /** @description True for 2xx. */
            delivered: boolean;
            /** @description The header `webhook-id` it was sent with. */
            eventId: string;
            /**
             * Format: int32
             * @description What was answered; null where nothing was.
             */
            statusCode: null | number;
            /** @description The first 2 KiB of the answer's body. */
            answer: null | string;
            /** @description Why it counts as refused; null when it was taken. */
            error: null | string;
            /** Format: int32 */
            durationMs: number;
        };
        /** @description One try. */
        DeliveryTry: {
            /** Format: date-time */
            at: string;
            url: string;
            /**
             * Format: int32
             * @description What was answered; null where nothing was.
             */
            statusCode: null | number;
            /** @description The first 2 KiB of the answer's body; null where there was none. */
            answer: null | string;
            /** @description Why it counts as refused; null when it was taken. */
            error: null | string;
            /**
             * Format: int32
             * @description From the connection to the answer, in milliseconds.
             */
            durationMs: number;
        };
        /** @description One event on its way to a webhook, as the API shows it. */
        DeliveryView: {
            id: string;
            webhookId: string;
            /** @description The header `webhook-id`, and the event's id in the feed. */
            eventId: string;
            type: components["schemas"]["EventType"];
            status: components["schemas"]["DeliveryStatus"];
            /**
             * Format: int32
             * @description How often it was tried.
             */
            tryCount: number;
            /**
             * Format: date-time
             * @description Null once it has ended.
             */
            nextTryAt: null | string;
            /** Format: date-time */
            createdAt: string;
            /**
             * Format: date-time
             * @description When it was taken, or given up.
             */
            endedAt: null | string;
            /** @description The body that is sent, as JSON; not in lists. */
            body?: components["schemas"]["WebhookBodyView"];
            /** @description The last 20 tries, oldest first; not in lists. */
            tries?: components["schemas"]["DeliveryTry"][];
        };
        /** @enum {string} */
        DisabledBecause: "by_request" | "gone" | "failing" | "secret_unreadable";
        /** @description A page of the feed. */
        EventPage: {
            items: components["schemas"]["EventView"][];
            /** @description Give it back as `after` to read on; it moves on though nothing was this caller's, and is the same when nothing has come. */
            next: string;
        };
        /** @enum {string} */
        EventType: "checkout.created" | "checkout.pending" | "checkout.partially_paid" | "checkout.paid" | "checkout.failed" | "checkout.expired" | "checkout.cancelled" | "checkout.surplus" | "checkout.receipt_known" | "payout.completed" | "payout.failed" | "payout.in_doubt" | "payout.cancelled" | "refund.completed" | "refund.failed" | "refund.in_doubt" | "refund.cancelled" | "receipt.unmatched" | "case.opened";
        /** @description One thing that happened. */
        EventView: components["schemas"]["CheckoutEvent"] | components["schemas"]["PayoutEvent"] | components["schemas"]["RefundEvent"] | components["schemas"]["ReceiptEvent"] | components["schemas"]["CaseEvent"];
        /** @enum {string} */
        FailureCode: "cancelled" | "insufficient_funds" | "wrong_pin" | "unreachable" | "expired" | "busy" | "limit_exceeded" | "rejected" | "provider_error";
        /** @description Why money did not move. */
        FailureView: {
            code: components["schemas"]["FailureCode"];
            resultCode: null | string;
            message: string;
            retryable: boolean;
            /** Format: date-time */
            retryAt: null | string;
        };
        /** @description One page of a list. */
        PageOfCheckoutView: {
            items: components["schemas"]["CheckoutView"][];
            /** @description Give it back to read on; null at the end. */
            nextCursor: null | string;
        };
        /** @description One page of a list. */
        PageOfDeliveryView: {
            items: components["schemas"]["DeliveryView"][];
            /** @description Give it back to read on; null at the end. */
            nextCursor: null | string;
        };
        /** @description One page of a list. */
        PageOfPayoutView: {
            items: components["schemas"]["PayoutView"][];
            /** @description Give it back to read on; null at the end. */
            nextCursor: null | string;
        };
        /** @description One page of a list. */
        PageOfRefundView: {
            items: components["schemas"]["RefundView"][];
            /** @description Give it back to read on; null at the end. */
            nextCursor: null | string;
        };
        /** @description One page of a list. */
        PageOfWebhookView: {
            items: components["schemas"]["WebhookView"][];
            /** @description Give it back to read on; null at the end. */
            nextCursor: null | string;
        };
        /** @description Whom to prompt. */
        PayBody: {
            /** @description A Kenyan mobile number: 07…, 01…, +254…, 254… */
            phone: string;
        };
        /** @enum {string} */
        PaymentMethod: "stk" | "paybill" | "till";
        /** @description Money applied to a checkout. */
        PaymentView: {
            /** @description M-PESA's number; null while only a query knows of it. */
            receipt: null | string;
            /** Format: decimal */
            amount: number;
            method: components["schemas"]["PaymentMethod"];
            settledBy: components["schemas"]["SettledBy"];
            /** @description True when the checkout had failed or expired before it came. */
            late: boolean;
            /** Format: date-time */
            at: string;
        };
        /** @description What is to be sent. */
        PayoutBody: {
            /** @description `mpesa` to a phone, `paybill` or `till` to a business. */
            method: components["schemas"]["PayoutMethod"];
            /** @description A Kenyan mobile number, or the 5–7 digits of a Pay Bill or till. */
            recipient: string;
            /** @description The account at the Pay Bill, at most 13 characters; only for `paybill`, and there required. */
            account?: null | string;
            /**
             * Format: int32
             * @description Whole shillings, 1–250000; to a phone from 10.
             */
            amount: number;
            /** @description `business` (when absent), `salary` or `promotion`. */
            reason?: null | components["schemas"]["PayoutReason"];
            /** @description 2–100 characters for the statement. */
            remarks?: null | string;
            /** @description Your own name for it, unique among your payouts for ever. */
            reference: string;
        };
        /** @description What happened to a payout. */
        PayoutEvent: {
            /** @description The same in the feed and at every try of every webhook; no other event ever has it. */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "payout.completed" | "payout.failed" | "payout.in_doubt" | "payout.cancelled";
            /** Format: date-time */
            at: string;
            /** @description As the API showed it when this had happened; once its time is over, as it stands now. */
            data: components["schemas"]["PayoutView"];
        };
        /** @enum {string} */
        PayoutMethod: "mpesa" | "paybill" | "till";
        /** @enum {string} */
        PayoutReason: "business" | "salary" | "promotion";
        /** @description A payout as the API shows it (docs/payouts.md). Amounts are shillings. */
        PayoutView: {
            id: string;
            /** @description `queued`, `sending`, `sent`, `in_doubt`, `completed`, `failed` or `cancelled`. */
            status: components["schemas"]["TransferStatus"];
            method: components["schemas"]["PayoutMethod"];
            /** @description Null for a phone whose time is over, like account and remarks then. */
            recipient: null | string;
            account: null | string;
            /** Format: decimal */
            amount: number;
            currency: string;
            reason: components["schemas"]["PayoutReason"];
            remarks: null | string;
            reference: string;
            /** @description M-PESA's number; null until it has moved, or while only a query knows. */
            receipt: null | string;
            /** @description `callback`, `status_query` or `operator`; null while it is not settled or was refused at once. */
            settledBy: null | components["schemas"]["SettledBy"];
            failure: null | components["schemas"]["FailureView"];
            waitingFor: null | components["schemas"]["WaitView"];
            /** @description Why it is in doubt; null when it is not. */
            doubt: null | string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
        };
        /** @description Why a request was not done (RFC 9457). */
        Problem: {
            /**
             * Format: uri
             * @description `urn:payments:problem:` and the code.
             */
            type: string;
            /** @description The code in words. */
            title: string;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description A sentence for a person, without personal data. */
            detail: string;
            /** @description What to go by. */
            code: components["schemas"]["ProblemCode"];
            /** @description What the log has it under. */
            traceId: string;
            /** @description With `validation_failed`: what is wrong, by field or parameter. */
            errors?: {
                [key: string]: string[];
            };
            /**
             * Format: date-time
             * @description When trying again may work; absent when waiting does not help.
             */
            retryAt?: string;
            /** @description Your own checkout that it is about. */
            checkoutId?: string;
            /** @description Your own payout that it is about. */
            payoutId?: string;
            /** @description With `events_restarted`: where to go on. */
            next?: string;
        };
        /** @enum {string} */
        ProblemCode: "validation_failed" | "idempotency_key_required" | "pairing_code_invalid" | "webhook_url_refused" | "unauthorized" | "forbidden" | "not_found" | "method_not_allowed" | "request_timeout" | "already_paid" | "already_sent" | "attempt_in_progress" | "callback_erased" | "case_settled" | "checkout_cancelled" | "checkout_expired" | "events_restarted" | "idempotency_in_progress" | "registration_in_progress" | "not_paid" | "nothing_to_ask" | "nothing_to_write_off" | "key_expired" | "order_reference_in_use" | "outcome_not_possible" | "receipt_already_matched" | "receipt_refunded" | "receipt_unknown" | "reference_in_use" | "too_many_webhooks" | "urls_already_registered" | "webhook_disabled" | "payload_too_large" | "unsupported_media_type" | "c2b_version_unavailable" | "idempotency_key_reused" | "payer_unknown" | "refund_exceeds_payment" | "registration_refused" | "url_refused" | "payout_ceiling_exceeded" | "too_many_requests" | "too_many_prompts" | "too_many_claims" | "internal_error" | "prompts_paused" | "unavailable";
        /** @enum {string} */
        PromptRefusedCode: "prompts_paused" | "too_many_prompts";
        /** @description Why no prompt went out although one was asked for. */
        PromptRefusedView: {
            code: components["schemas"]["PromptRefusedCode"];
            /** Format: date-time */
            retryAt: null | string;
        };
        /** @description Money came that no order is known for. Without the proposal, which is one GET away. */
        ReceiptEvent: {
            /** @description The same in the feed and at every try of every webhook; no other event ever has it. */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "receipt.unmatched";
            /** Format: date-time */
            at: string;
            /** @description As the API showed it when this had happened; once its time is over, as it stands now. */
            data: components["schemas"]["ReceiptView"];
        };
        /** @description The one open checkout whose account is one digit, or one swap of neighbours, away from what the customer typed, and of which just that amount is due. */
        ReceiptProposal: {
            checkoutId: string;
            /** @description What the customer should have typed. */
            account: string;
            /** @description The shop's own reference; null where it gave none. */
            orderReference: null | string;
        };
        /** @description Money that moved to us, as operators see it. Amounts are shillings with at most two decimals. */
        ReceiptView: {
            id: string;
            /** @description M-PESA's number; null while only a query knows of the payment. */
            receipt: null | string;
            /** Format: decimal */
            amount: number;
            /** @description What the customer typed; empty for prompts, and mostly for tills. */
            account: string;
            /** @description As Safaricom gave it: plain, masked, spaced or hashed. */
            payer: null | string;
            payerName: null | string;
            method: components["schemas"]["PaymentMethod"];
            settledBy: components["schemas"]["SettledBy"];
            /**
             * Format: date-time
             * @description When M-PESA says the money moved.
             */
            at: string;
            /** @description The checkout it is put to; null while it stands nowhere. */
            matchedTo: null | string;
            /**
             * Format: decimal
             * @description What of it pays for that checkout.
             */
            applied: number;
            /**
             * Format: decimal
             * @description What exceeds the checkout, to be refunded.
             */
            surplus: number;
            /** @description Who put it there by hand; null when the rules did. */
            matchedBy: null | string;
            /** Format: date-time */
            matchedAt: null | string;
            /**
             * Format: decimal
             * @description What of it an operator has to settle: surplus, or money that counts as nothing, neither given back nor written off.
             */
            unsettled: number;
            /**
             * Format: decimal
             * @description What of it was written off; it can still be given back or counted, and then is so much less.
             */
            writtenOff: number;
            /** @description Who did it; null when nobody did. */
            writtenOffBy: null | string;
            /** Format: date-time */
            writtenOffAt: null | string;
            writtenOffReason: null | string;
            /** @description The number that was paid, as the confirmation names it; null when none did. */
            shortcode: null | string;
            proposal: null | components["schemas"]["ReceiptProposal"];
        };
        /** @description What is to go back. */
        RefundBody: {
            /**
             * Format: decimal
             * @description Shillings, at most two decimals; absent: all that is left of the receipt.
             */
            amount?: null | number;
            /** @description Which payment, by M-PESA's number; may be absent where only one can be meant. */
            receipt?: null | string;
            /** @description 2–100 characters; the remark on the statement. */
            reason: string;
        };
        /** @description What happened to a refund. */
        RefundEvent: {
            /** @description The same in the feed and at every try of every webhook; no other event ever has it. */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "refund.completed" | "refund.failed" | "refund.in_doubt" | "refund.cancelled";
            /** Format: date-time */
            at: string;
            /** @description As the API showed it when this had happened; once its time is over, as it stands now. */
            data: components["schemas"]["RefundView"];
        };
        /** @enum {string} */
        RefundMethod: "reversal" | "b2c";
        /** @description A refund as the API shows it (docs/payouts.md). Amounts are shillings. */
        RefundView: {
            id: string;
            /** @description `queued`, `sending`, `sent`, `in_doubt`, `completed`, `failed` or `cancelled`. */
            status: components["schemas"]["TransferStatus"];
            /** @description `reversal` of the whole receipt, or `b2c` to the payer. */
            method: components["schemas"]["RefundMethod"];
            /** @description Whose money it is, as far as known; masked for a clientSecret; null once its time is over, like the reason. */
            recipient: null | string;
            /** Format: decimal */
            amount: number;
            currency: string;
            reason: null | string;
            /** @description The order reference; null for money without an order. */
            reference: null | string;
            checkoutId: null | string;
            /** @description The receipt it gives back. */
            originalReceipt: string;
            /** @description M-PESA's number of the refund itself. */
            receipt: null | string;
            settledBy: null | components["schemas"]["SettledBy"];
            failure: null | components["schemas"]["FailureView"];
            waitingFor: null | components["schemas"]["WaitView"];
            /** @description Why it is in doubt; null when it is not. */
            doubt: null | string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
        };
        /** @description From when on. */
        ResendBody: {
            /**
             * Format: date-time
             * @description The time of the first event to send again.
             */
            since: string;
        };
        /** @description What is sent again. */
        ResendView: {
            webhookId: string;
            /**
             * Format: int64
             * @description How many events of the feed are gone through; those that are not the webhook's are passed over. Counted up to a million.
             */
            events: number;
        };
        /** @enum {string} */
        Scope: "checkouts" | "payouts" | "ops";
        /** @enum {string} */
        SendBlocker: "certificate" | "access_token" | "connection" | "pause" | "restored";
        /** @enum {string} */
        SettledBy: "callback" | "stk_query" | "confirmation" | "status_query" | "pull" | "operator";
        /** @description What a shop wants paid. */
        StartCheckoutBody: {
            /** @description 1–12 of A–Z a–z 0–9 - _ . / with at least one letter or digit; no two of your checkouts ever have the same. Need not be given. */
            orderReference?: null | string;
            /** @description The id your shop platform has for it: at most 200 characters of anything, not unique. */
            externalId?: null | string;
            /**
             * Format: int32
             * @description Whole shillings, 1–250000.
             */
            amount: number;
            /** @description With it the prompt goes out in the same call. */
            phone?: null | string;
            /** @description At most 100 characters; the prompt shows the first 13. */
            description?: null | string;
            /**
             * Format: uri
             * @description Where a pay page sends the customer back to.
             */
            returnUrl?: null | string;
            /**
             * Format: int32
             * @description 1–10080, 1440 when absent.
             * @default 1440
             */
            expiresInMinutes?: null | number;
            /** @description At most 20 string values, 4 KiB together. */
            metadata?: null | {
                [key: string]: string;
            };
        };
        /** @enum {string} */
        TransferStatus: "queued" | "sending" | "sent" | "in_doubt" | "completed" | "failed" | "cancelled";
        /** @description What is to change; what is absent stays. */
        UpdateWebhookBody: {
            /** Format: uri */
            url?: null | string;
            /** @description An empty list: what an absent one means for a new webhook. */
            events?: null | components["schemas"]["EventType"][];
            description?: null | string;
            /** @description `enabled` goes on where it stopped; `disabled` stops. */
            status?: null | components["schemas"]["WebhookStatus"];
        };
        /** @description Why a payout or refund has not been sent yet. It has not failed: it goes out when it can. */
        WaitView: {
            /** @description `certificate`, `access_token`, `connection`, `pause` or `restored`. */
            code: components["schemas"]["SendBlocker"];
            /**
             * Format: date-time
             * @description When it is tried again; null while it is being tried, or when a person decides.
             */
            retryAt: null | string;
        };
        /** @description What is sent. */
        WebhookBodyView: {
            type: components["schemas"]["EventType"];
            /** Format: date-time */
            timestamp: string;
            /** @description The thing the event is about, as the API showed it then. */
            data: components["schemas"]["CheckoutView"] | components["schemas"]["PayoutView"] | components["schemas"]["RefundView"] | components["schemas"]["ReceiptView"] | components["schemas"]["CaseView"];
        };
        /** @enum {string} */
        WebhookStatus: "enabled" | "disabled";
        /** @description A webhook as the API shows it (docs/webhooks.md). */
        WebhookView: {
            id: string;
            /**
             * Format: uri
             * @description Where events are sent.
             */
            url: string;
            /** @description The types it wants; null for those the service tells by itself. */
            events: null | components["schemas"]["EventType"][];
            description: null | string;
            /** @description What the key that made it could see; it is told of nothing else. */
            scopes: components["schemas"]["Scope"][];
            status: components["schemas"]["WebhookStatus"];
            /** @description Null while it is enabled. */
            disabledBecause: null | components["schemas"]["DisabledBecause"];
            /**
             * Format: date-time
             * @description When the first of the failures was since anything was taken; null while all is well.
             */
            failingSince: null | string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            /** @description What its deliveries are signed with; only in the answer that makes it. */
            secret?: string;
            /**
             * Format: date-time
             * @description Until when the secret before this one signs too; null where none does.
             */
            oldSecretUntil?: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listWebhooks: {
        parameters: {
            query?: {
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfWebhookView"];
                };
            };
        };
    };
    createWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1–255 printable ASCII characters of your own. The same key with the same body gives the first answer again, with the header Idempotency-Replayed. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateWebhookBody"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookView"];
                };
            };
        };
    };
    getWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookView"];
                };
            };
        };
    };
    deleteWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookView"];
                };
            };
        };
    };
    updateWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateWebhookBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookView"];
                };
            };
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1–255 printable ASCII characters of your own. The same key with the same body gives the first answer again, with the header Idempotency-Replayed. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Its id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookView"];
                };
            };
        };
    };
    testWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1–255 printable ASCII characters of your own. The same key with the same body gives the first answer again, with the header Idempotency-Replayed. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Its id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryTestView"];
                };
            };
        };
    };
    resendEvents: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1–255 printable ASCII characters of your own. The same key with the same body gives the first answer again, with the header Idempotency-Replayed. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Its id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResendBody"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResendView"];
                };
            };
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                /** @description Only those that stand so. */
                status?: components["schemas"]["DeliveryStatus"];
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Its id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfDeliveryView"];
                };
            };
        };
    };
    getDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryView"];
                };
            };
        };
    };
    resendDelivery: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1–255 printable ASCII characters of your own. The same key with the same body gives the first answer again, with the header Idempotency-Replayed. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Its id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryView"];
                };
            };
        };
    };
    createRefund: {
        parameters: {
            query?: never;
            header: {
                /** @description 1–255 printable ASCII characters of your own. The same key with the same body gives the first answer again, with the header Idempotency-Replayed. */
                "Idempotency-Key": string;
            };
            path: {
                /** @description Its id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefundBody"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RefundView"];
                };
            };
        };
    };
    cancelRefund: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1–255 printable ASCII characters of your own. The same key with the same body gives the first answer again, with the header Idempotency-Replayed. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Its id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RefundView"];
                };
            };
        };
    };
    getRefund: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RefundView"];
                };
            };
        };
    };
    listRefunds: {
        parameters: {
            query?: {
                /** @description Only those of this order reference. */
                orderReference?: string;
                /** @description Only those that stand so. */
                status?: components["schemas"]["TransferStatus"];
                /** @description Made at this time or later. */
                from?: string;
                /** @description Made before this time. */
                to?: string;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfRefundView"];
                };
            };
        };
    };
    listPayouts: {
        parameters: {
            query?: {
                /** @description Only the one with this reference. */
                reference?: string;
                /** @description Only those that stand so. */
                status?: components["schemas"]["TransferStatus"];
                /** @description Made at this time or later. */
                from?: string;
                /** @description Made before this time. */
                to?: string;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfPayoutView"];
                };
            };
        };
    };
    createPayout: {
        parameters: {
            query?: never;
            header: {
                /** @description 1–255 printable ASCII characters of your own. The same key with the same body gives the first answer again, with the header Idempotency-Replayed. */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PayoutBody"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PayoutView"];
                };
            };
        };
    };
    cancelPayout: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1–255 printable ASCII characters of your own. The same key with the same body gives the first answer again, with the header Idempotency-Replayed. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Its id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PayoutView"];
                };
            };
        };
    };
    getPayout: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PayoutView"];
                };
            };
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /** @description The `next` of the page before; from the beginning without it. */
                after?: string;
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventPage"];
                };
            };
        };
    };
    watchCheckout: {
        parameters: {
            query?: never;
            header?: {
                /** @description The last id you have seen; browsers send it by themselves. */
                "Last-Event-ID"?: string;
            };
            path: {
                /** @description Its id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listCheckouts: {
        parameters: {
            query?: {
                /** @description Only those of this order reference. */
                orderReference?: string;
                /** @description Only those with this id of your own. */
                externalId?: string;
                /** @description Only those with this account. */
                account?: string;
                /** @description Only those that stand so. */
                status?: components["schemas"]["CheckoutStatus"];
                /** @description Made at this time or later. */
                from?: string;
                /** @description Made before this time. */
                to?: string;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfCheckoutView"];
                };
            };
        };
    };
    createCheckout: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1–255 printable ASCII characters of your own. The same key with the same body gives the first answer again, with the header Idempotency-Replayed. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StartCheckoutBody"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckoutView"];
                };
            };
        };
    };
    payCheckout: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1–255 printable ASCII characters of your own. The same key with the same body gives the first answer again, with the header Idempotency-Replayed. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Its id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PayBody"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckoutView"];
                };
            };
        };
    };
    cancelCheckout: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1–255 printable ASCII characters of your own. The same key with the same body gives the first answer again, with the header Idempotency-Replayed. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Its id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckoutView"];
                };
            };
        };
    };
    getCheckout: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckoutView"];
                };
            };
        };
    };
}
