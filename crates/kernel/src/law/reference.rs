//! The articles that the rules cite, each with its document, its date and one sentence of our own.
//!
//! The sentences are summaries for the reader of a refusal or an explanation, not the wording of the law. A rule cites
//! the constant (`&reference::NETAUCTION_20`), never a text; old interpretations cite old article numbers, here stand
//! the numbers in force. Two kinds of entry are not law and say so: promises of courts and formats.

use crate::kernel::refusal::Article;

/// One document with its revision and the day from which that revision is in force.
struct Law {
    name: &'static str,
    version: &'static str,
    effective_from: (i32, u32, u32),
}

const fn law(name: &'static str, version: &'static str, effective_from: (i32, u32, u32)) -> Law {
    Law { name, version, effective_from }
}

const NETAUCTION: Law = law("网拍规定", "法释〔2016〕18号", (2017, 1, 1));
const SALE: Law = law("拍变规定", "法释〔2004〕16号（2020年修正）", (2021, 1, 1));
const PRICE: Law = law("参考价规定", "法释〔2018〕15号", (2018, 9, 1));
const HOUSE_BIDDER: Law = law("房产竞买人规定", "法释〔2021〕18号", (2022, 1, 1));
const EQUITY: Law = law("股权执行规定", "法释〔2021〕20号", (2022, 1, 1));
const SELL_OFF: Law = law("网络司法变卖通知", "法明传〔2017〕455号", (2017, 7, 18));
const CIVIL_PROCEDURE: Law = law("民诉法", "2023年修正", (2024, 1, 1));
const CIVIL_PROCEDURE_RULES: Law = law("民诉解释", "法释〔2022〕11号", (2022, 4, 10));
const ENFORCEMENT: Law = law("执行规定", "法释〔1998〕15号（2020年修正）", (2021, 1, 1));
const ENFORCEMENT_PROCEDURE: Law = law("执行程序解释", "法释〔2008〕13号（2020年修正）", (2021, 1, 1));
const SETTLEMENT: Law = law("执行和解规定", "法释〔2018〕3号（2020年修正）", (2021, 1, 1));
const OBJECTION: Law = law("异议复议规定", "法释〔2015〕10号（2020年修正）", (2021, 1, 1));
const DELAY: Law = law("迟延履行利息解释", "法释〔2014〕8号", (2014, 8, 1));
const FEES: Law = law("诉讼费用交纳办法", "国务院令第481号", (2007, 4, 1));
const FUNDS: Law = law("执行款物规定", "法发〔2017〕6号", (2017, 5, 1));
const CRIMINAL: Law = law("刑财规定", "法释〔2014〕13号", (2014, 11, 6));
const CONSUMPTION: Law = law("限高规定", "法释〔2015〕17号", (2015, 7, 22));
const TERMINATION: Law = law("终本规定", "法〔2016〕373号", (2016, 12, 1));
const CIVIL_CODE: Law = law("民法典", "主席令第45号", (2021, 1, 1));
const BANKRUPTCY: Law = law("企业破产法", "主席令第54号", (2007, 6, 1));
const PRIVACY: Law = law("个人信息保护法", "主席令第91号", (2021, 11, 1));
const HOLIDAYS: Law = law("放假办法", "国务院令第795号修订", (2025, 1, 1));
const CASE_NUMBER: Law = law("案号规定", "法〔2015〕137号", (2016, 1, 1));
const CITIZEN_ID: Law = law("公民身份号码", "GB 11643-1999", (1999, 7, 1));
const USCC: Law = law("统一社会信用代码", "GB 32100-2015", (2015, 10, 1));
const CARD: Law = law("银行卡号", "ISO/IEC 7812-1:2017", (2017, 1, 1));
const CHECK_DIGITS: Law = law("校验字符系统", "ISO/IEC 7064:2003", (2003, 2, 15));
const BANK_FILE: Law = law("ISO 20022", "pain.001.001.09 / pain.002.001.11 / camt.054.001.08", (2019, 1, 1));
const HUNAN: Law = law("湖南法院案款发放承诺", "2024年公开承诺", (2024, 1, 1));
const LOCAL_FUNDS: Law = law("地方法院案款规定", "嘉鱼2024年、康保2025年", (2024, 1, 1));
const XIANFENG: Law = law("咸丰法院营商环境方案", "2023年35项举措", (2023, 1, 1));
const SYSTEM: Law = law("本系统格式规则", "第1版", (2026, 1, 1));

const fn article(law: &Law, article: &'static str, text: &'static str) -> Article {
    Article { law: law.name, article, version: law.version, effective_from: law.effective_from, text }
}

/// Declares each article once: the constant, its documentation and its place in [`ALL`].
macro_rules! articles {
    ($($law:ident { $($name:ident $article:literal $text:literal;)+ })+) => {
        $($(#[doc = $text] pub const $name: Article = article(&$law, $article, $text);)+)+
        /// Every article that the system cites (规则所引条文), by document.
        pub const ALL: &[&Article] = &[$($(&$name,)+)+];
    };
}

articles! {
    NETAUCTION {
        NETAUCTION_1 "第1条" "The court disposes of property by public electronic bidding on the internet (网络司法拍卖).";
        NETAUCTION_2 "第2条" "Online auction comes first; another way needs a reason in law (网络拍卖优先).";
        NETAUCTION_3 "第3条" "The whole auction is open to the public and to supervision (全程公开).";
        NETAUCTION_4 "第4条" "Only providers on the Supreme People's Court's list may run it (名单库).";
        NETAUCTION_5 "第5条" "The applicant chooses the platform from the list; else the court names one (平台选择).";
        NETAUCTION_6 "第6条" "The court decides price, deposit and taxes, gives notice, rules and delivers (法院职责).";
        NETAUCTION_7 "第7条" "Auxiliary work may be given to others; its necessary cost is the debtor's (拍卖辅助工作).";
        NETAUCTION_8 "第8条" "The platform may neither block qualified bidders nor watch their information (平台义务).";
        NETAUCTION_9 "第9条" "The provider works under the management and supervision of the court (接受监督).";
        NETAUCTION_10 "第10条" "The reserve price is the starting price, public, at least 70% of the appraisal (起拍价).";
        NETAUCTION_11 "第11条" "One bidder who offers at least the starting price is enough for a sale (一人竞拍有效).";
        NETAUCTION_12 "第12条" "Announcement 15 days before for movables, 30 days for immovables and rights (拍卖公告期).";
        NETAUCTION_13 "第13条" "Eleven matters are published on the day of the announcement (公示事项).";
        NETAUCTION_14 "第14条" "Seven warnings with the announcement; agents are confirmed before bidding starts (特别提示).";
        NETAUCTION_15 "第15条" "With facts published and warranty disclaimed, the court owes none for defects (瑕疵担保).";
        NETAUCTION_16 "第16条" "Parties and known priority purchasers are notified 3 days before publication (事先通知).";
        NETAUCTION_17 "第17条" "5% to 20% of the starting price, paid in one's real name before bidding (保证金).";
        NETAUCTION_18 "第18条" "Who has paid the deposit receives a bidder code; identities stay secret (竞买代码).";
        NETAUCTION_19 "第19条" "Priority purchasers act once the court has confirmed them and ranked them (优先购买权人确认).";
        NETAUCTION_20 "第20条" "Rising bids for at least 24 hours; a bid in the last 5 minutes moves the end (竞价与延时).";
        NETAUCTION_21 "第21条" "An equal bid of a priority purchaser wins; earlier rank, then earlier bid (优先购买权行使).";
        NETAUCTION_22 "第22条" "The confirmation is published; ownership moves with service of the ruling (成交确认).";
        NETAUCTION_23 "第23条" "The winner's deposit goes to the price, all others return within 24 hours (保证金退还).";
        NETAUCTION_24 "第24条" "A defaulting purchaser loses the deposit and may not bid in the re-auction (悔拍).";
        NETAUCTION_25 "第25条" "Winner's frozen deposit within 24 hours, balance by the announced day (余款支付).";
        NETAUCTION_26 "第26条" "Unsold: auction again within 30 days, at most 20% cheaper; then sell-off (流拍与再次拍卖).";
        NETAUCTION_27 "第27条" "A panel decides starting price, cut, increment, deposit and priority ranks (合议庭评议).";
        NETAUCTION_28 "第28条" "Suspension with its published reason; bidding resumes within 5 days of its end (暂缓、中止).";
        NETAUCTION_29 "第29条" "The electronic data of an auction are kept whole for at least 10 years (数据保存十年).";
        NETAUCTION_30 "第30条" "Each side bears the taxes that the law lays on it; the court decides if unclear (税费负担).";
        NETAUCTION_31 "第31条" "Grounds for setting a sale aside on objection of a party or bidder (撤销拍卖).";
        NETAUCTION_32 "第32条" "Damage by unlawful acts of the court is a matter of state compensation (国家赔偿).";
        NETAUCTION_33 "第33条" "Damage by others' acts in the auction is claimed by a separate suit (另行起诉).";
        NETAUCTION_34 "第34条" "Court, platform, auxiliaries, their staff and near relatives may not buy (禁止竞买).";
        NETAUCTION_35 "第35条" "A provider that manipulates, colludes or leaks is struck from the list (除名).";
        NETAUCTION_36 "第36条" "Objections to the auction follow the Civil Procedure Law; the sale may be stayed (异议处理).";
        NETAUCTION_37 "第37条" "Online sell-off, and what is silent here, follow the other rules (参照适用).";
        NETAUCTION_38 "第38条" "These provisions prevail over earlier ones (施行与冲突).";
    }
    SALE {
        SALE_5 "第5条" "The reserve price of an auction is fixed by the court (保留价).";
        SALE_6 "第6条" "No sale without surplus unless the applicant asks within 5 days (无益拍卖禁止).";
        SALE_11 "第11条" "Secured creditors and other holders of priority are notified of the sale (通知优先权人).";
        SALE_13 "第13条" "Priority purchasers may take the property at the highest bid (优先购买权).";
        SALE_14 "第14条" "Selling stops once the proceeds cover debt and costs (超额拍卖禁止).";
        SALE_15 "第15条" "What cannot be used apart is sold together (合并拍卖).";
        SALE_16 "第16条" "Unsold property may be taken at the reserve price against the debt (以物抵债).";
        SALE_17 "第17条" "Grounds for withdrawing a commissioned auction before its start (撤回拍卖).";
        SALE_19 "第19条" "The auction stops when the debtor tenders the full debt before its day (缴足价款停拍).";
        SALE_20 "第20条" "The ruling is served within 10 days after the price is paid in full (成交裁定).";
        SALE_21 "第21条" "The purchaser pays the price within the announced or set time (价款支付).";
        SALE_22 "第22条" "Unpaid: a new auction may be ordered; its shortfall is the first purchaser's (重新拍卖).";
        SALE_24 "第24条" "In kind after the auction of a movable failed twice (动产流拍).";
        SALE_25 "第25条" "Immovables unsold: sell-off for 60 days, in kind, then release (不动产流拍与变卖).";
        SALE_26 "第26条" "Ownership passes with service of the sale or in-kind ruling (所有权转移).";
        SALE_27 "第27条" "The property is delivered within 15 days of service of the ruling (财产移交).";
        SALE_28 "第28条" "Security interests end with the sale and are paid first from its price (担保物权消灭).";
        SALE_29 "第29条" "An auction house takes at most 5 % up to two million yuan, then 3, 2, 1 and 0.5 % (佣金).";
        SALE_31 "第31条" "Sell-off instead of auction by consent or by nature of the goods (变卖).";
        SALE_32 "第32条" "The price of a sell-off follows agreement or market, at least half the appraisal (变卖价).";
    }
    PRICE {
        PRICE_1 "第1条" "Fixing of the price begins within 30 days of seizure (确定参考价).";
        PRICE_2 "第2条" "Agreement, directed inquiry, network inquiry, appraisal: four ways in order (四种方式).";
        PRICE_13 "第13条" "Of several network results the arithmetic mean counts (网络询价平均值).";
        PRICE_22 "第22条" "Parties may object to an appraisal in writing within 5 days (评估异议).";
        PRICE_27 "第27条" "A reference price is valid for at most one year (参考价有效期).";
        PRICE_30 "第30条" "The starting price refers to the reference price; disposal begins in 10 days (起拍价参照).";
        PRICE_33 "第33条" "The applicant advances the appraisal fee, the debtor bears it (评估费负担).";
    }
    HOUSE_BIDDER {
        HOUSE_BIDDER_1 "第1条" "Persons under local purchase limits may not bid for housing (限购竞买人).";
        HOUSE_BIDDER_2 "第2条" "The announcement states the qualification and bidders undertake to have it (竞买承诺).";
        HOUSE_BIDDER_3 "第3条" "The court checks the qualification before it rules on the sale (资格审核).";
        HOUSE_BIDDER_4 "第4条" "A sale won by false qualification is void (虚构资格拍卖无效).";
        HOUSE_BIDDER_5 "第5条" "A creditor without the qualification may not take housing in kind (抵债资格).";
    }
    EQUITY {
        EQUITY_12 "第12条" "Equity that cannot be appraised starts at a price above the costs (无法评估的股权).";
        EQUITY_15 "第15条" "Equity whose transfer needs approval is ruled on after the approval (审批类股权).";
    }
    SELL_OFF {
        SELL_OFF_NOTICE "变卖程序" "After two unsold auctions: 60 days of sell-off, first bid opens 24 hours (网络司法变卖).";
    }
    CIVIL_PROCEDURE {
        CIVIL_PROCEDURE_61 "第61条" "A party may authorise one or two persons as his agents (委托代理人).";
        CIVIL_PROCEDURE_62 "第62条" "The power of attorney names its acts; waiver and settlement need special authority (特别授权).";
        CIVIL_PROCEDURE_63 "第63条" "A changed or ended authority is told to the court in writing (代理权变更、解除).";
        CIVIL_PROCEDURE_85 "第85条" "The first hour or day is not counted; a last day on a holiday moves on (期间计算).";
        CIVIL_PROCEDURE_109 "第109条" "Advance execution: support and medical costs, pay for work, urgency (先予执行).";
        CIVIL_PROCEDURE_110 "第110条" "It needs a clear relation, need and means; who loses makes good (先予执行条件).";
        CIVIL_PROCEDURE_236 "第236条" "Objection to an act of enforcement: 15 days, review within 10 (执行行为异议).";
        CIVIL_PROCEDURE_237 "第237条" "Six months without enforcement: a higher court may be asked (变更执行法院).";
        CIVIL_PROCEDURE_238 "第238条" "A third party's objection: 15 days, then suit within 15 days (案外人异议).";
        CIVIL_PROCEDURE_241 "第241条" "A settlement that is not kept, or was got by fraud: the title is enforced again (执行和解).";
        CIVIL_PROCEDURE_244 "第244条" "A title that was set aside: what was obtained by it is returned (执行回转).";
        CIVIL_PROCEDURE_250 "第250条" "Enforcement is applied for within two years (申请执行时效).";
        CIVIL_PROCEDURE_258 "第258条" "Seized property is sold by auction, else by sell-off (拍卖、变卖).";
        CIVIL_PROCEDURE_264 "第264条" "A debtor in delay owes doubled interest for the time of delay (迟延履行利息).";
        CIVIL_PROCEDURE_267 "第267条" "Grounds on which enforcement is stayed (中止执行).";
        CIVIL_PROCEDURE_268 "第268条" "Grounds on which enforcement ends (终结执行).";
    }
    CIVIL_PROCEDURE_RULES {
        CIVIL_PROCEDURE_RULES_88 "第88条" "What an agent of each kind hands in besides his power of attorney (代理材料).";
        CIVIL_PROCEDURE_RULES_89 "第89条" "Full power without named acts covers neither waiver nor settlement (全权代理).";
        CIVIL_PROCEDURE_RULES_125 "第125条" "Hours run from the next hour, days from the next day (期间起算).";
        CIVIL_PROCEDURE_RULES_173 "第173条" "What an advance gave and the judgment did not is returned as by art 244 (先予执行返还).";
        CIVIL_PROCEDURE_RULES_207 "第207条" "Prepaid fees return to the winner, the loser pays (胜诉退费).";
        CIVIL_PROCEDURE_RULES_463 "第463条" "No disposal while a third party's objection is open (停止处分).";
        CIVIL_PROCEDURE_RULES_465 "第465条" "What was performed of a settlement counts; one wholly performed ends it (和解履行).";
        CIVIL_PROCEDURE_RULES_485 "第485条" "Seizure: deposits 1 year, movables 2, immovables and rights 3 (查封期限).";
        CIVIL_PROCEDURE_RULES_490 "第490条" "Unsold property goes to the applicant or is managed (交付抵债、强制管理).";
        CIVIL_PROCEDURE_RULES_491 "第491条" "Ownership moves when the ruling reaches purchaser or creditor (裁定送达转移).";
        CIVIL_PROCEDURE_RULES_506 "第506条" "Other titled creditors of a person or organisation may join (参与分配).";
        CIVIL_PROCEDURE_RULES_507 "第507条" "Asked for in writing before enforcement ends (申请参与分配).";
        CIVIL_PROCEDURE_RULES_508 "第508条" "After costs and priority, ordinary claims share in proportion (按比例受偿).";
        CIVIL_PROCEDURE_RULES_509 "第509条" "The plan is served on all; objections in writing within 15 days (分配方案异议).";
        CIVIL_PROCEDURE_RULES_510 "第510条" "Answer in 15 days, suit in 15; disputed shares are held (分配方案异议之诉).";
        CIVIL_PROCEDURE_RULES_511 "第511条" "An insolvent enterprise is referred to bankruptcy (执行转破产).";
        CIVIL_PROCEDURE_RULES_514 "第514条" "No bankruptcy: costs, priority, then order of seizure (查封先后).";
        CIVIL_PROCEDURE_RULES_517 "第517条" "Termination for now when no property is found, resumed when it is (终结本次执行).";
    }
    ENFORCEMENT {
        ENFORCEMENT_5 "第5条" "Major matters of enforcement are decided by a panel and the president (重大事项合议).";
        ENFORCEMENT_17 "第17条" "Support and maintenance titles are enforced ex officio (移送执行).";
        ENFORCEMENT_20 "第20条" "An agent needs special authority to receive property (代理人特别授权).";
        ENFORCEMENT_34 "第34条" "Proceeds beyond debt and costs go back to the debtor (余款退还).";
        ENFORCEMENT_55 "第55条" "Several creditors: order of measures, order of security, or ratio (多个债权人清偿顺序).";
        ENFORCEMENT_56 "第56条" "The court that seized first runs the distribution (首封法院主持分配).";
    }
    ENFORCEMENT_PROCEDURE {
        ENFORCEMENT_PROCEDURE_17 "第17条" "Plan served, written objection within 15 days (分配方案异议).";
        ENFORCEMENT_PROCEDURE_18 "第18条" "No answer in 15 days: corrected plan; answer: suit within 15 days (异议之诉).";
    }
    SETTLEMENT {
        SETTLEMENT_2 "第2条" "Handed in by all, or agreed to by the others, or on record: the case may be stayed (中止执行).";
        SETTLEMENT_4 "第4条" "An agent settles by special authority of his party (特别授权).";
        SETTLEMENT_8 "第8条" "A settlement that is wholly performed ends the execution (和解协议履行完毕).";
        SETTLEMENT_9 "第9条" "One that is not: the applicant asks for the title again, or sues on it (恢复执行或者起诉).";
        SETTLEMENT_11 "第11条" "Not again while it is performed, or before its time unless repudiated (不予恢复执行).";
        SETTLEMENT_17 "第17条" "After the title is enforced again, what was performed counts (已履行部分扣除).";
    }
    OBJECTION {
        OBJECTION_20 "第20条" "The sole home may be sold when 5 to 8 years' rent is left to the debtor (唯一住房).";
    }
    DELAY {
        DELAY_1 "第1条" "Doubled part = unpaid debt without ordinary interest × 0.0175% a day × days (加倍部分).";
        DELAY_2 "第2条" "It runs from the end of the term of performance, else from effectiveness (起算日).";
        DELAY_3 "第3条" "It ends with performance, each part by itself; certain stays are not counted (截止日).";
        DELAY_4 "第4条" "Money that does not cover all pays the judgment debt first, the doubled part last (清偿顺序).";
        DELAY_5 "第5条" "Foreign currency bears the same rate (外币).";
        DELAY_6 "第6条" "The same holds for the reversal of an enforcement (执行回转).";
        DELAY_7 "第7条" "Delay before 1 August 2014 follows the rules before it (溯及力).";
    }
    FEES {
        FEES_12 "第12条" "Appraisal and the like are paid to the institution; the court does not pass on (不得代收代付).";
        FEES_13 "第13条" "Scale of the case acceptance fee (案件受理费).";
        FEES_14_1 "第14条第1项" "Scale of the execution application fee (申请执行费).";
        FEES_14_2 "第14条第2项" "Scale of the preservation fee, at most 5,000 yuan (申请保全费).";
        FEES_15 "第15条" "Half fee for mediation and withdrawal (减半交纳).";
        FEES_16 "第16条" "Half fee for summary procedure (简易程序减半).";
        FEES_20 "第20条" "The execution fee is paid after the enforcement, not in advance (执行后交纳).";
        FEES_38 "第38条" "The debtor bears the execution fee (执行费负担).";
        FEES_44 "第44条" "Exemption from fees is for natural persons only (司法救助).";
        FEES_45 "第45条" "Who is exempted from fees: need, support, minimum allowance, public interest (免交).";
        FEES_46 "第46条" "Who pays less: disaster, special care, welfare homes; at least 30% less (减交).";
        FEES_47 "第47条" "Who pays later: social insurance, injured persons, legal aid (缓交).";
        FEES_52 "第52条" "Fees go to the treasury, apart from all other money (收支两条线).";
        FEES_53 "第53条" "Fees to be returned are returned within 15 days of effectiveness (退还期限).";
    }
    // The numbers of articles 7, 8, 11 and 13 to 17 rest on published forms and local rules, not on the text itself.
    FUNDS {
        FUNDS_1 "第1条" "Execution money and things are managed by the court under these provisions (执行款物).";
        FUNDS_2 "第2条" "Enforcement and finance divide the work and check each other (分工制约).";
        FUNDS_3 "第3条" "Finance books by case; enforcement reconciles with it every month (按月核对).";
        FUNDS_4 "第4条" "A dedicated account with independent accounting, one account number a case (一案一账号).";
        FUNDS_5 "第5条" "The notice to perform names account, case number, payer and purpose (缴款告知).";
        FUNDS_6 "第6条" "Direct payment is possible; deducted or disputed money goes to the account (入账要求).";
        FUNDS_7 "第7条" "Cash is receipted at once and kept by finance (现金收据).";
        FUNDS_8 "第8条" "Finance tells the officer within 3 days that money has arrived (到账通知).";
        FUNDS_9 "第9条" "Cash outside is taken by two officers and handed over the same day (外出收款).";
        FUNDS_10 "第10条" "Paid out within 30 days of the arrival notice; five reasons to defer, then 10 days (发放期限).";
        FUNDS_11 "第11条" "Paid by transfer to the applicant; to anyone else after a panel's review (发放对象).";
        FUNDS_12 "第12条" "The approval form names case, payer, payee and amount; the bureau chief approves (发放审批表).";
        FUNDS_13 "第13条" "The payee states the receiving account in writing with proof of identity (收款账户).";
        FUNDS_14 "第14条" "Finance checks the papers again before it pays (财务复核).";
        FUNDS_15 "第15条" "The payee's receipt or the bank's proof is filed to the case (收款凭证入卷).";
        FUNDS_16 "第16条" "Unclaimed or unpayable money may be deposited with a notary (提存).";
        FUNDS_17 "第17条" "The notary deposit is approved and its cost borne by the applicant (提存审批).";
    }
    CRIMINAL {
        CRIMINAL_13 "第13条" "Medical costs, restitution, other civil debts, fine, confiscation: in this order (执行顺序).";
    }
    CONSUMPTION {
        CONSUMPTION_1 "第1条" "A debtor who does not perform in time may be restricted in his consumption (限制消费).";
        CONSUMPTION_3 "第3条" "A restricted debtor may not buy real estate or other luxuries (限制消费).";
        CONSUMPTION_9 "第9条" "Lifted for security, by the applicant's consent, or on performance (解除限制消费).";
    }
    TERMINATION {
        TERMINATION_1 "第1条" "Five conditions under which a case is terminated for now (终结本次执行条件).";
        TERMINATION_9 "第9条" "Property is searched for every six months for five years; the case resumes (恢复执行).";
    }
    CIVIL_CODE {
        CIVIL_CODE_165 "第165条" "A power of attorney names agent, matter, power and period, and is signed (授权委托书).";
        CIVIL_CODE_168 "第168条" "An agent deals neither with himself nor for two sides without consent (自己代理、双方代理).";
        CIVIL_CODE_173 "第173条" "Agency by power ends with its period, or when the principal revokes it (取消委托).";
        CIVIL_CODE_201 "第201条" "The first day or hour of a period is not counted (期间起算).";
        CIVIL_CODE_202 "第202条" "Months and years end on the matching day, else on the month's last (对应日).";
        CIVIL_CODE_203 "第203条" "A last day on a legal holiday moves to the day after it (期间顺延).";
        CIVIL_CODE_305 "第305条" "A co-owner has priority to buy a share on the same terms (共有人优先购买权).";
        CIVIL_CODE_306 "第306条" "Several co-owners agree, else buy by their shares (按份行使).";
        CIVIL_CODE_308 "第308条" "Unless agreed or family, co-owners own by shares (共有性质).";
        CIVIL_CODE_309 "第309条" "Shares not agreed follow what each paid; in doubt they are equal (份额未约定).";
        CIVIL_CODE_518 "第518条" "Joint debtors: each may be asked for the whole, by law or agreement (连带债务).";
        CIVIL_CODE_561 "第561条" "Costs, interest, principal: order within one debt unless agreed (抵充顺序).";
        CIVIL_CODE_573 "第573条" "After deposit the risk is the creditor's, and so are fruits and cost (提存后果).";
        CIVIL_CODE_574 "第574条" "The right to the deposit lapses after five years (提存物领取).";
        CIVIL_CODE_726 "第726条" "The tenant of a house has priority to buy it (承租人优先购买权).";
        CIVIL_CODE_727 "第727条" "Tenants hear of an auction 5 days before; absence is waiver (通知承租人).";
        CIVIL_CODE_1259 "第1259条" "以上, 以下, 以内, 届满 include the number; 不满, 超过, 以外 do not (数字界限).";
    }
    BANKRUPTCY {
        BANKRUPTCY_16 "第16条" "After acceptance no single creditor may be paid (个别清偿无效).";
        BANKRUPTCY_19 "第19条" "After acceptance seizures are lifted and enforcement stops (中止执行).";
    }
    PRIVACY {
        PRIVACY_28 "第28条" "Financial accounts and the like are sensitive: strict need and protection (敏感个人信息).";
        PRIVACY_51 "第51条" "Handlers classify, encrypt and limit access to personal data (安全措施).";
    }
    HOLIDAYS {
        HOLIDAYS_2 "第2条" "Thirteen statutory holidays a year (全体公民放假的节日).";
        HOLIDAYS_7 "第7条" "Weekends may be exchanged for working days by yearly notice (调休).";
    }
    CASE_NUMBER {
        CASE_NUMBER_2 "第2条" "A case number has year, court code, type code and serial number (案号要素).";
        CASE_NUMBER_3 "第3条" "It is written （year）court type serial 号 (案号编排规格).";
    }
    CITIZEN_ID {
        CITIZEN_ID_FORM "校验码" "17 digits with date of birth and an ISO 7064 MOD 11-2 check character (公民身份号码).";
    }
    USCC {
        USCC_FORM "校验码" "17 characters and a check character of weights 3^n mod 31 (统一社会信用代码).";
    }
    CARD {
        CARD_FORM "附录B" "A card number ends with a Luhn check digit (银行卡校验位).";
    }
    CHECK_DIGITS {
        CNAPS_FORM "MOD 11,10" "A bank code has 12 digits, the last an ISO 7064 MOD 11,10 check digit (联行号).";
    }
    BANK_FILE {
        BANK_FILE_FORM "报文格式" "Well-formed without DTD, two decimals, sums and counts that add up (银行文件).";
    }
    HUNAN {
        HUNAN_15_WORKING_DAYS "15个工作日" "A promise, not a law: paid within 15 working days of arrival (案款发放承诺).";
    }
    LOCAL_FUNDS {
        LOCAL_FUNDS_UNIDENTIFIED "不明款" "A local rule: money without a case is claimed to one within 3 working days (认领期限).";
    }
    XIANFENG {
        XIANFENG_10 "第10项" "A promise, not a law: preserved beyond the target by at most 20% of it (超标的保全).";
        XIANFENG_16 "第16项" "A promise, not a law: enterprises keep working capital under enforcement (预留流动资金).";
        XIANFENG_34 "第34项" "A promise, not a law: fees are refunded once, wholly, within 1 working day (胜诉即退费).";
    }
    SYSTEM {
        MONEY_FORM "金额" "Digits, a point and two decimals, as a string; no sign, exponent or separator (金额格式).";
        TEXT_FORM "文本" "Trimmed text of bounded length without control characters (文本格式).";
        DATE_FORM "日期" "RFC 3339 instants with an offset, ISO 8601 dates (日期格式).";
        KEY_FORM "幂等键" "8 to 64 letters, digits, '-' or '_', one key for one input (幂等键).";
        MOBILE_FORM "手机号" "Eleven digits beginning with 13 to 19 (手机号格式).";
        PARAMETER_FORM "规则参数" "Each rule parameter has its kind, bounds and default (规则参数).";
        PAPER_FORM "文书" "A paper is made from recorded facts once they exist, in a typeface that has its characters (文书格式).";
        TWO_PEOPLE "双人复核" "Who makes may not check: two different people (经办与复核分离).";
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_article_stands_once_with_a_date_and_a_chinese_term() {
        let mut seen = HashSet::new();
        for article in ALL {
            assert!(seen.insert(article.citation()), "{} twice", article.citation());
            assert!(article.effective_date().to_string().starts_with(['1', '2']), "{}", article.citation());
            assert!(article.text.ends_with(").") && article.text.contains('('), "{}", article.citation());
            assert!(article.text.len() <= 160, "{}: one sentence", article.citation());
        }
        assert!(ALL.len() > 120);
    }

    #[test]
    fn a_citation_reads_as_people_quote_it() {
        assert_eq!(NETAUCTION_20.citation(), "网拍规定 第20条");
        assert_eq!(NETAUCTION_20.effective_date().to_string(), "2017-01-01");
        assert_eq!(FEES_14_1.citation(), "诉讼费用交纳办法 第14条第1项");
    }
}
