# English texts of refusals and errors. Keys are codes; .detail is shown only when all of its numbers are known.

## Top-level errors
BAD_USER_INPUT = An argument is not of the form that its type asks for
UNAUTHENTICATED = Sign in first: the token is missing, revoked or expired
FORBIDDEN = You may not do this
NOT_FOUND = There is no such thing, or none that you may know of
RATE_LIMITED = Too many requests: try again later
CONFLICT = A request with this key is being worked on or its outcome is not known: ask again with the same key
TIMEOUT = It took too long; nothing may be assumed about the outcome
BAD_REQUEST = The request is malformed
INTERNAL_SERVER_ERROR = A fault of ours: quote the request id to the operator

## Form of the input
TEXT_INVALID = The text is empty, too long or holds control characters
    .detail = at most { $maximum } characters
AMOUNT_INVALID = The amount must be above zero and below ten trillion yuan
DATE_INVALID = The date or instant is not possible here
LIST_INVALID = The list is empty, too long or names a thing twice
    .detail = at most { $maximum }
CASE_NUMBER_INVALID = Not a case number of the form in force since 2016
CASE_NUMBER_OLD_STYLE = A case number of the form before 2016 belongs into legacyNumber
CITIZEN_ID_INVALID = The citizen id does not pass its check digit or holds no date
USCC_INVALID = The unified social credit code does not pass its check character
BANK_ACCOUNT_INVALID = The bank account or card number is not of a possible form
CNAPS_INVALID = The CNAPS bank code does not pass its check digit
MOBILE_INVALID = Not a mobile number of mainland China
PASSWORD_WEAK = A password needs 10 to 128 characters and may not be one of the common ones

## Any operation
IDEMPOTENCY_KEY_REUSED = The idempotency key was used with another input
IDEMPOTENCY_KEY_INVALID = The idempotency key must be 8 to 64 letters, digits, '-' or '_'
STALE_VERSION = The state has changed since you read it: reload and decide again
    .detail = the present version is { $version }
WRONG_STATE = The step is not possible in the present state
    .detail = it is { $status }
ALREADY_EXISTS = It exists already

## Access
LOGIN_FAILED = Name or password is wrong, or the account is not active
REFRESH_TOKEN_INVALID = The refresh token is unknown, used or expired: sign in again
ACCOUNT_NOT_VERIFIED = The account's identity is not yet verified
CASES_NOT_HANDED_OVER = Open cases and their money are still this officer's: hand them over first
    .detail = e.g. { $case }
ROLE_CONFLICT = The two roles may not be held together in one court
    .detail = { $held } and { $role }
MAKER_MAY_NOT_APPROVE = The maker may not approve his own work
ALREADY_VOTED = You have voted already
DIGEST_MISMATCH = What is approved has changed since you read it
PARAMETER_INVALID = The value does not fit the parameter
    .detail = { $parameter } takes { $allowed }
PARAMETER_UNCHANGED = The value is the one in force already
    .detail = { $parameter } is { $value }
PROPOSAL_OPEN = An earlier proposal on the same thing waits for its decision
CALENDAR_NOTICE_INVALID = The holiday notice is malformed or its statutory days do not add up
    .detail = { $reason }

## Ledger
INSUFFICIENT_BALANCE = The account does not hold that much
    .detail = account { $account } does not cover { $amount }

## Cases
CASE_NOT_OPEN = The case is suspended, concluded, transferred or terminated for now
    .detail = it is { $status }
CASE_HAS_OPEN_MONEY = Money, a deposit, a frozen sum, an open receipt or a fee-arrears note stands on the case
    .detail = { $item } { $amount }
PAYEE_NOT_CONFIRMED = The payee account is not confirmed by the payee in writing
PAYEE_NAME_MISMATCH = The name of the payee and of the party differ
AGENT_PAPER_INCOMPLETE = The agent's papers lack what the law asks of an agent of this kind
AGENT_NOT_AUTHORISED = The agent's papers do not cover this act, or are not in force on its day
    .detail = the papers are { $status }
ADVANCE_REVOKED = The advance execution of the claim was revoked: nothing is paid on it
CASE_FILE_INVALID = Not a workbook or CSV of cases that can be read, or more than one file may hold
    .detail = at most { $maximum } { $what }
CASE_FILE_FAULTY = Rows of the file have errors and nothing was imported: see the preview
    .detail = { $findings } findings
CELL_INVALID = The cell does not hold what its column asks for
    .detail = it takes { $expected }
COLUMN_INVALID = A column is missing, named twice or unknown
    .detail = { $column }
SETTLEMENT_STANDS = The settlement is being performed: the title is not enforced again while it is
CLAIM_NOT_SATISFIED = The claim is not satisfied in full
    .detail = { $outstanding } is still owed
SATISFACTION_EXCEEDS_CLAIM = The satisfaction exceeds what is owed on the claim
    .detail = { $outstanding } is owed
PARTY_MISSING = A case needs an applicant and a respondent
    .detail = no { $role }

## Funds
OVER_PRESERVATION = More would be frozen than the target of the case and a fifth of it
    .detail = the limit is { $limit }, { $frozen } is frozen already
FEE_RELIEF_NOT_ALLOWED = This relief from a fee is not for this party or this ground: only natural persons are exempted
DEBTOR_BANKRUPT = A court has accepted the debtor's bankruptcy: no single creditor is paid from his money
RECEIPT_NOT_UNIDENTIFIED = The receipt is not unidentified any more
DIFFERENCES_OPEN = Differences of the month are not settled
    .detail = { $open } of them
INTEREST_DESTINATION_UNSET = Where the bank's interest goes is not set yet; it needs a document of the treasury
RECEIPT_EXCEEDED = The receipt does not hold that much any more
    .detail = { $remaining } remains

## Auction
STARTING_PRICE_TOO_LOW = The starting price is below the floor of the law
    .detail = at least { $minimum } for { $base }
DEPOSIT_OUT_OF_RANGE = The deposit is outside of 5 % to 20 % of the starting price
    .detail = from { $minimum } to { $maximum }
INCREMENT_INVALID = The increment must be above zero and not above the starting price
    .detail = at most { $maximum }
PANEL_DECISION_MISSING = No recorded decision of a panel of three
DISCLOSURE_INCOMPLETE = A disclosure is neither filled nor marked not applicable with a reason
    .detail = { $item }
NOTICE_TOO_LATE = Parties or priority purchasers are not notified, or too late
    .detail = { $person }, by { $latest } at the latest
LEAD_TIME_TOO_SHORT = Between publication and start lie too few full days
    .detail = { $days } days, so not before { $earliest }
BIDDING_TOO_SHORT = Bidding must stand open for at least 24 hours
    .detail = not before { $earliest }
REGISTRATION_CLOSED = The lot does not take registrations now
BIDDER_BARRED = The person may not bid on this lot
UNDERTAKING_MISSING = The purchase-restriction undertaking is missing
BIDDER_PAPERS_TOO_LATE = Agents and joint bidders are confirmed before bidding starts, and it has started
    .detail = it began at { $startsAt }
BIDDER_PAPERS_INCOMPLETE = The papers of an agent or of joint bidders lack something
BIDDER_NAME_MISMATCH = Your own name in the papers is not that of your verified account
NOT_QUALIFIED = The deposit has not arrived: no qualification to bid
BIDDING_NOT_STARTED = Bidding has not begun
    .detail = it begins at { $startsAt }
BIDDING_ENDED = The bid arrived at or after the end
    .detail = it ended at { $endedAt }, the bid arrived at { $arrivedAt }
LOT_SUSPENDED = The lot is suspended
BID_BELOW_START = The bid is below the starting price
    .detail = { $minimum }
BID_TOO_LOW = The bid is below the minimum next bid
    .detail = at least { $minimum }
BID_NOT_ON_STEP = The bid is not the starting price plus a multiple of the increment
    .detail = { $start } plus a multiple of { $increment }
ALREADY_LEADING = You lead already
CONFIRMATION_NEEDED = The amount is far above the present price: repeat it in Chinese capitals
    .detail = { $amount } against { $price }
PLATFORM_FAULT = The platform could not take the bid; the fault is recorded
SERVER_CLOCK_OFF = The clock of the server that took the bid is off; bid again with a new key
ROUND_TOO_LATE = The round comes after its term and no document says why
    .detail = { $latest } was the last day
REFERENCE_PRICE_MISSING = No reference price is recorded for this appraisal price
REFERENCE_PRICE_EXPIRED = The reference price is no longer in force, or bidding begins more than six months after its end
    .detail = in force until { $validUntil }
COST_BEARER_UNLAWFUL = The law lays this tax on the other side
    .detail = { $item } is borne by { $bearer }
REVISION_TOO_LATE = Bidding has begun: what weighs for the decision to bid changes no more
REVISION_NOT_ACKNOWLEDGED = The announcement was corrected: acknowledge the correction before you bid
PROXY_BIDDING_OFF = This lot is sold without proxy bidding
PROXY_NOT_FOR_PRIORITY = A priority purchaser bids at the equal price himself: proxy bidding is not for him
TRANSFER_APPROVAL_MISSING = The transfer of the equity needs an approval that is not on record
    .detail = the latest is revision { $revision }
FILE_TOO_LARGE = The file is larger than the court allows
    .detail = At most { $maximum } bytes
FILE_DIFFERS = What arrived has not the size, type or SHA-256 that was declared
    .detail = { $what } differs
MIRRORED_SALE = This sale runs on a listed platform: it is announced, registered for and bid on there
    .detail = { $platform }
PROVIDER_MISSING = No provider of the Supreme People's Court's list is chosen for this sale
PROVIDER_NOT_LISTED = The provider does not stand on the list on that day
    .detail = { $provider }
BUNDLE_INVALID = The bundle of the mirrored sale is not of its form; nothing was taken in
    .detail = { $errors } error(s): { $issues }
BUNDLE_SIGNATURE_INVALID = No key of the provider that was valid on that day signed this bundle
    .detail = key { $keyId }
FINDINGS_OPEN = Each departure from the rules must be accepted with a reason
    .detail = open: { $open }
TERMS_DIFFER = The terms on the platform are not those that the panel decided
    .detail = { $found } instead of { $expected }
TERMS_CHANGED = The platform changed terms on which the court stands already
    .detail = { $found } instead of { $expected }
REGISTRATION_CHANGED = Under the same reference stands another registration than the one that the court knows
    .detail = { $what }
END_DIFFERS = The end on the platform is not the one that its bids lead to
    .detail = { $found } instead of { $expected }
RESULT_DIFFERS = The result on the platform is not the one that its bids lead to
    .detail = { $reason }
SELL_OFF_PRICE_DIFFERS = The price of a sell-off is the reserve price of the second auction
    .detail = { $price }
NO_SURPLUS = The reserve price leaves nothing after senior claims and costs
    .detail = it must be above { $minimum }
OBJECTION_OPEN = A third party's objection is open: sale and money stand still
    .detail = until { $until }
BALANCE_MISMATCH = The balance differs from the hammer price less the deposit

## Distribution
PLAN_UNBALANCED = The lines do not add up to the pool
    .detail = the lines add up to { $lines }, the pool holds { $pool }
POOL_EMPTY = There is nothing to distribute
OBJECTION_TERM_RUNNING = The objection term still runs or an objection is open
    .detail = it ends with { $lastDay }
OBJECTION_TOO_LATE = The objection came after its term
    .detail = its last day was { $lastDay }

## Disbursement and payout
PAYOUT_EXCEEDS_BALANCE = The amount is above what the case or payable holds
    .detail = { $available } is available
PAYOUT_RESULT_UNKNOWN = The payout has a result that is not known: only its status may be asked
SELECTION_EMPTY = No line fits the selection

## Bank
BANK_FILE_INVALID = The bank file is malformed, too large, carries a DTD or does not add up; nothing of it is booked
    .detail = line { $line }, { $element }: { $detail }
BANK_TEMPLATE_INVALID = The bank template does not describe a file that can be written and answered
    .detail = { $place }: { $reason }

## Documents
FONT_MISSING = No typeface with Chinese characters is installed: the operator installs one or sets paper.font
FONT_LACKS_CHARACTER = The installed typefaces lack a character of this paper
    .detail = { $character }
