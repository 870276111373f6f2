using System.Globalization;
using Payments.Application.Checkouts;

namespace Payments.Api.Pages.Pay;

/// <summary>Every sentence of the pay page, in one language. A new language is one more of these, and the compiler names what is missing.</summary>
public sealed record PayText
{
    public required string Language { get; init; }
    public required string OtherLanguage { get; init; }
    public required string OtherLanguageName { get; init; }
    public required string Title { get; init; }
    public required string Opening { get; init; }
    public required string IncompleteTitle { get; init; }
    public required string Incomplete { get; init; }
    public required string NoScript { get; init; }
    public required string Key { get; init; }
    public required string Open { get; init; }
    public required string Unknown { get; init; }
    public required string UnknownMore { get; init; }
    public required string Away { get; init; }
    public required string LineLost { get; init; }
    public required string Order { get; init; }
    public required string ToPay { get; init; }
    public required string StillToPay { get; init; }
    public required string Phone { get; init; }
    public required string PhoneHint { get; init; }
    public required string PhoneWrong { get; init; }
    public required string Pay { get; init; }
    public required string PayAgain { get; init; }
    public required string Sending { get; init; }
    public required string SendingMore { get; init; }
    public required string TypePin { get; init; }
    public required string TypePinMore { get; init; }
    public required string InDoubt { get; init; }
    public required string InDoubtMore { get; init; }
    public required string NotPaid { get; init; }
    public required string Paid { get; init; }
    public required string PaidMore { get; init; }
    public required string Receipt { get; init; }
    public required string ReceiptFollows { get; init; }
    public required string Amount { get; init; }
    public required string At { get; init; }
    public required string PaidBy { get; init; }
    public required string Print { get; init; }
    public required string Back { get; init; }
    public required string PartlyPaid { get; init; }
    public required string Came { get; init; }
    public required string Overpaid { get; init; }
    public required string GivenBack { get; init; }
    public required string GivingBack { get; init; }
    public required string Expired { get; init; }
    public required string ExpiredMore { get; init; }
    public required string Cancelled { get; init; }
    public required string CancelledMore { get; init; }
    public required string ByHand { get; init; }
    public required string ByHandFirst { get; init; }
    public required string ByHandPaybill { get; init; }
    public required string ByHandTill { get; init; }
    public required string ByHandPending { get; init; }
    public required string ByHandAfter { get; init; }
    public required string Business { get; init; }
    public required string Till { get; init; }
    public required string Account { get; init; }
    public required string Copy { get; init; }
    public required string Copied { get; init; }
    public required string Qr { get; init; }
    public required string HavePaid { get; init; }
    public required string HavePaidMore { get; init; }
    public required string Code { get; init; }
    public required string CodeWrong { get; init; }
    public required string Check { get; init; }
    public required string CodeYours { get; init; }
    public required string CodeUsed { get; init; }
    public required string CodeAsking { get; init; }
    public required string CodeDiffers { get; init; }
    public required string CodeTooMany { get; init; }
    public required string Wait { get; init; }
    public required string TooManyForNumber { get; init; }
    public required string TooManyForCheckout { get; init; }
    public required string PromptsDown { get; init; }
    public required string TooBusy { get; init; }
    public required IReadOnlyDictionary<string, (string What, string Now)> Failures { get; init; }

    /// <summary>KES 1,500 or KES 1,500.50.</summary>
    public static string Money(decimal amount) => "KES\u00a0" + amount.ToString(amount == decimal.Truncate(amount) ? "N0" : "N2", CultureInfo.InvariantCulture);

    /// <summary>A time as a clock in Nairobi shows it: Kenya has one time, without summer time.</summary>
    public static string Time(DateTimeOffset at) => at.ToOffset(TimeSpan.FromHours(3)).ToString("d/M/yyyy HH:mm", CultureInfo.InvariantCulture);

    /// <summary>What happened, and what to do now: by Safaricom's code where its meaning is a special one, else by the kind of failure.</summary>
    public (string What, string Now) Of(FailureView failure) =>
        failure.ResultCode is { } code && Failures.TryGetValue(code, out var special) ? special : Failures[failure.Code];

    /// <summary>What became of a code the shopper typed.</summary>
    public string Of(string claimAnswer) => claimAnswer switch
    {
        "yours" => CodeYours,
        "already_used" => CodeUsed,
        "asking" => CodeAsking,
        _ => CodeDiffers,
    };

    /// <summary>Puts values into a sentence.</summary>
    public static string With(string sentence, params object[] values) => string.Format(CultureInfo.InvariantCulture, sentence, values);

    /// <summary>By its code, or what a browser's Accept-Language wants most; English when it wants neither.</summary>
    public static PayText For(string? language) => language == "sw" ? Swahili : English;

    public static readonly PayText English = new()
    {
        Language = "en",
        OtherLanguage = "sw",
        OtherLanguageName = "Kiswahili",
        Title = "Pay with M-PESA",
        Opening = "Opening your payment…",
        IncompleteTitle = "This address is not complete",
        Incomplete = "Open the link again from the shop, or copy all of it, to the last character.",
        NoScript = "Your browser runs no JavaScript. Copy what stands behind # in the address of this page into the field.",
        Key = "What stands behind #",
        Open = "Open",
        Unknown = "There is no payment at this address",
        UnknownMore = "The link may be incomplete, or its time is over. Ask the shop for a new one.",
        Away = "We cannot look at your payment at this moment. Nothing is lost, and what you have paid is paid. This page tries again by itself.",
        LineLost = "Your line is interrupted. If you have typed your PIN, the payment goes on without this page. It looks again by itself.",
        Order = "Order",
        ToPay = "To pay",
        StillToPay = "Still to pay",
        Phone = "M-PESA phone number",
        PhoneHint = "Such as 0712 345 678. A prompt comes to this phone.",
        PhoneWrong = "This is no Kenyan mobile number. Write it like 0712 345 678 or 0110 345 678.",
        Pay = "Pay with M-PESA",
        PayAgain = "Try again",
        Sending = "Sending the prompt to {0}…",
        SendingMore = "Keep your phone at hand and unlocked.",
        TypePin = "Type your M-PESA PIN on {0}",
        TypePinMore = "A prompt for {0} is on your phone. Type your PIN there. This page shows the result by itself, usually within seconds.",
        InDoubt = "We are finding out whether the prompt came",
        InDoubtMore = "If {0} shows a prompt, type your PIN there. Do not pay a second time: we ask M-PESA, and this page shows the result.",
        NotPaid = "Not paid",
        Paid = "Paid",
        PaidMore = "{0} has received your payment of {1}. Thank you.",
        Receipt = "M-PESA receipt",
        ReceiptFollows = "the number follows",
        Amount = "Amount",
        At = "Time",
        PaidBy = "Phone",
        Print = "Print or save this receipt",
        Back = "Back to the shop",
        PartlyPaid = "Paid in part",
        Came = "{0} has come. {1} is still to pay.",
        Overpaid = "You paid {0} more than was asked. The shop gives it back.",
        GivenBack = "{0} was given back to you.",
        GivingBack = "{0} is on its way back to you.",
        Expired = "The time for this payment is over",
        ExpiredMore = "Ask the shop for a new one. If you have paid already, type the code below: your money is not lost.",
        Cancelled = "The shop has cancelled this payment",
        CancelledMore = "Nothing is to be paid. If you have paid already, type the code below: your money is given back.",
        ByHand = "Pay it yourself, without a prompt",
        ByHandFirst = "On your phone, open M-PESA.",
        ByHandPaybill = "Choose Lipa na M-PESA, then Pay Bill, and type this:",
        ByHandTill = "Choose Lipa na M-PESA, then Buy Goods and Services, and type this:",
        ByHandPending = "Only if no prompt comes: who answers the prompt and also pays here pays twice.",
        ByHandAfter = "This page shows by itself that it came.",
        Business = "Business number",
        Till = "Till number",
        Account = "Account number",
        Copy = "Copy",
        Copied = "Copied",
        Qr = "QR code with the number, the account and the amount",
        HavePaid = "I have paid",
        HavePaidMore = "Type the code of the message that M-PESA sent you.",
        Code = "M-PESA code",
        CodeWrong = "This is no M-PESA code. It stands at the beginning of the message: ten letters and digits, such as UGA7RT61SV.",
        Check = "Check it",
        CodeYours = "We have this payment, and it is yours.",
        CodeUsed = "This code has paid for something else already.",
        CodeAsking = "We do not know this code yet and are asking Safaricom. Leave this page open.",
        CodeDiffers = "We know this code, but its amount, time or payer is not that of this order. The shop can see it: ask there.",
        CodeTooMany = "That were too many codes. Wait some minutes, then look at the message once more.",
        Wait = "You can try again in",
        TooManyForNumber = "This number has had enough prompts for now. Wait, or pay it yourself as below.",
        TooManyForCheckout = "This order has had as many prompts as it may have. Pay it yourself as below.",
        PromptsDown = "M-PESA's prompts are not working at this moment. Pay it yourself as below, or try again later.",
        TooBusy = "There are too many requests at this moment. Try again in a few seconds.",
        Failures = new Dictionary<string, (string, string)>
        {
            ["cancelled"] = ("The prompt was cancelled, or nobody answered it.", "Try again, and type your PIN when the phone asks for it."),
            ["insufficient_funds"] = ("There is not enough money in this M-PESA account.", "Put money in, or use another number, and try again."),
            ["wrong_pin"] = ("The PIN was wrong.", "Try again. M-PESA locks an account after three wrong PINs: if you are not sure, use another number."),
            ["unreachable"] = ("The phone could not be reached.", "Check that it is on and has signal, then try again. If no prompt ever comes, the SIM may be too old for it: dial *234*1*6# once, or pay it yourself."),
            ["expired"] = ("The prompt's time ran out before it was answered.", "Try again, and answer within a minute."),
            ["busy"] = ("M-PESA is busy with something else on this number.", "Close other M-PESA menus on the phone, wait, then try again."),
            ["limit_exceeded"] = ("This goes beyond what M-PESA lets this account pay.", "Use another number, or try tomorrow."),
            ["rejected"] = ("M-PESA refused this payment.", "Use another number, or pay it yourself."),
            ["provider_error"] = ("M-PESA has a fault at this moment.", "Try again in a minute, or pay it yourself."),
            ["4"] = ("This would go beyond the day's M-PESA limit.", "Use another number, or try tomorrow."),
            ["17"] = ("M-PESA takes the same amount from the same number only once in two minutes.", "Wait, then try again."),
            ["8006"] = ("This M-PESA account's PIN is locked.", "Call Safaricom on 100 to have it unlocked, or use another number."),
            ["2051"] = ("M-PESA does not know this phone number.", "Use a number that is registered for M-PESA."),
        },
    };

    public static readonly PayText Swahili = new()
    {
        Language = "sw",
        OtherLanguage = "en",
        OtherLanguageName = "English",
        Title = "Lipa kwa M-PESA",
        Opening = "Tunafungua malipo yako…",
        IncompleteTitle = "Anwani hii haijakamilika",
        Incomplete = "Fungua kiungo tena kutoka dukani, au nakili chote hadi herufi ya mwisho.",
        NoScript = "Kivinjari chako hakitumii JavaScript. Nakili kilicho baada ya # kwenye anwani ya ukurasa huu, uweke hapa.",
        Key = "Kilicho baada ya #",
        Open = "Fungua",
        Unknown = "Hakuna malipo kwenye anwani hii",
        UnknownMore = "Huenda kiungo hakijakamilika, au muda wake umeisha. Omba duka likupe kingine.",
        Away = "Kwa sasa hatuwezi kuangalia malipo yako. Hakuna kilichopotea, na ulicholipa kimelipwa. Ukurasa huu utajaribu tena wenyewe.",
        LineLost = "Mtandao wako umekatika. Kama umeweka PIN, malipo yanaendelea bila ukurasa huu. Utaangalia tena wenyewe.",
        Order = "Oda",
        ToPay = "Ya kulipa",
        StillToPay = "Yaliyobaki kulipwa",
        Phone = "Namba ya simu ya M-PESA",
        PhoneHint = "Kwa mfano 0712 345 678. Ombi la malipo litakuja kwenye simu hii.",
        PhoneWrong = "Hii si namba ya simu ya Kenya. Iandike kama 0712 345 678 au 0110 345 678.",
        Pay = "Lipa kwa M-PESA",
        PayAgain = "Jaribu tena",
        Sending = "Tunatuma ombi kwa {0}…",
        SendingMore = "Weka simu yako karibu, ikiwa imefunguliwa.",
        TypePin = "Weka PIN yako ya M-PESA kwenye {0}",
        TypePinMore = "Ombi la {0} liko kwenye simu yako. Weka PIN yako huko. Ukurasa huu utaonyesha matokeo wenyewe, kwa kawaida ndani ya sekunde chache.",
        InDoubt = "Tunachunguza kama ombi lilifika",
        InDoubtMore = "Kama {0} inaonyesha ombi, weka PIN yako huko. Usilipe mara ya pili: tunauliza M-PESA, na ukurasa huu utaonyesha matokeo.",
        NotPaid = "Haijalipwa",
        Paid = "Imelipwa",
        PaidMore = "{0} imepokea malipo yako ya {1}. Asante.",
        Receipt = "Risiti ya M-PESA",
        ReceiptFollows = "namba itafuata",
        Amount = "Kiasi",
        At = "Wakati",
        PaidBy = "Simu",
        Print = "Chapisha au hifadhi risiti hii",
        Back = "Rudi dukani",
        PartlyPaid = "Imelipwa kwa sehemu",
        Came = "{0} imefika. Bado {1} ya kulipa.",
        Overpaid = "Umelipa {0} zaidi ya kiasi kilichoombwa. Duka litakurudishia.",
        GivenBack = "Umerudishiwa {0}.",
        GivingBack = "{0} inarudishwa kwako.",
        Expired = "Muda wa malipo haya umeisha",
        ExpiredMore = "Omba duka likupe mapya. Kama umeshalipa, andika msimbo hapa chini: pesa zako hazijapotea.",
        Cancelled = "Duka limeghairi malipo haya",
        CancelledMore = "Hakuna cha kulipa. Kama umeshalipa, andika msimbo hapa chini: utarudishiwa pesa zako.",
        ByHand = "Lipa mwenyewe, bila ombi",
        ByHandFirst = "Kwenye simu yako, fungua M-PESA.",
        ByHandPaybill = "Chagua Lipa na M-PESA, kisha Pay Bill, uandike hivi:",
        ByHandTill = "Chagua Lipa na M-PESA, kisha Buy Goods and Services, uandike hivi:",
        ByHandPending = "Ni kama tu ombi halikuja: anayejibu ombi na kulipa hapa pia analipa mara mbili.",
        ByHandAfter = "Ukurasa huu utaonyesha wenyewe kwamba pesa zimefika.",
        Business = "Namba ya biashara",
        Till = "Namba ya till",
        Account = "Namba ya akaunti",
        Copy = "Nakili",
        Copied = "Imenakiliwa",
        Qr = "Msimbo wa QR wenye namba, akaunti na kiasi",
        HavePaid = "Nimeshalipa",
        HavePaidMore = "Andika msimbo ulio kwenye ujumbe uliotumiwa na M-PESA.",
        Code = "Msimbo wa M-PESA",
        CodeWrong = "Huu si msimbo wa M-PESA. Uko mwanzoni mwa ujumbe: herufi na tarakimu kumi, kama UGA7RT61SV.",
        Check = "Angalia",
        CodeYours = "Tunayo malipo haya, na ni yako.",
        CodeUsed = "Msimbo huu umeshalipia kitu kingine.",
        CodeAsking = "Bado hatuujui msimbo huu, tunauliza Safaricom. Acha ukurasa huu wazi.",
        CodeDiffers = "Tunaujua msimbo huu, lakini kiasi, wakati au mlipaji si wa oda hii. Duka linaweza kuuona: uliza huko.",
        CodeTooMany = "Misimbo imekuwa mingi mno. Subiri dakika chache, kisha uangalie ujumbe tena.",
        Wait = "Unaweza kujaribu tena baada ya",
        TooManyForNumber = "Namba hii imepata maombi ya kutosha kwa sasa. Subiri, au lipa mwenyewe kama ilivyo hapa chini.",
        TooManyForCheckout = "Oda hii imepata maombi yote inayoruhusiwa. Lipa mwenyewe kama ilivyo hapa chini.",
        PromptsDown = "Maombi ya M-PESA hayafanyi kazi kwa sasa. Lipa mwenyewe kama ilivyo hapa chini, au jaribu tena baadaye.",
        TooBusy = "Maombi ni mengi mno kwa sasa. Jaribu tena baada ya sekunde chache.",
        Failures = new Dictionary<string, (string, string)>
        {
            ["cancelled"] = ("Ombi lilighairiwa, au halikujibiwa.", "Jaribu tena, na uweke PIN yako simu itakapouliza."),
            ["insufficient_funds"] = ("Hakuna pesa za kutosha kwenye akaunti hii ya M-PESA.", "Weka pesa, au tumia namba nyingine, kisha ujaribu tena."),
            ["wrong_pin"] = ("PIN haikuwa sahihi.", "Jaribu tena. M-PESA hufunga akaunti baada ya PIN tatu zisizo sahihi: kama huna hakika, tumia namba nyingine."),
            ["unreachable"] = ("Simu haikupatikana.", "Hakikisha imewashwa na ina mtandao, kisha ujaribu tena. Kama ombi haliji kamwe, huenda SIM ni ya zamani mno: piga *234*1*6# mara moja, au lipa mwenyewe."),
            ["expired"] = ("Muda wa ombi uliisha kabla ya kujibiwa.", "Jaribu tena, na ujibu ndani ya dakika moja."),
            ["busy"] = ("M-PESA inashughulikia jambo jingine kwenye namba hii.", "Funga menyu nyingine za M-PESA kwenye simu, subiri, kisha ujaribu tena."),
            ["limit_exceeded"] = ("Hii inazidi kiasi ambacho M-PESA inaruhusu akaunti hii kulipa.", "Tumia namba nyingine, au jaribu kesho."),
            ["rejected"] = ("M-PESA ilikataa malipo haya.", "Tumia namba nyingine, au lipa mwenyewe."),
            ["provider_error"] = ("M-PESA ina hitilafu kwa sasa.", "Jaribu tena baada ya dakika moja, au lipa mwenyewe."),
            ["4"] = ("Hii ingezidi kikomo cha M-PESA cha siku.", "Tumia namba nyingine, au jaribu kesho."),
            ["17"] = ("M-PESA hupokea kiasi kilekile kutoka namba ileile mara moja tu kwa dakika mbili.", "Subiri, kisha ujaribu tena."),
            ["8006"] = ("PIN ya akaunti hii ya M-PESA imefungwa.", "Piga simu Safaricom kwa 100 ili ifunguliwe, au tumia namba nyingine."),
            ["2051"] = ("M-PESA haiijui namba hii ya simu.", "Tumia namba iliyosajiliwa kwa M-PESA."),
        },
    };
}
