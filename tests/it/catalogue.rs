//! The public catalogue: words, kinds, orders, pages and counts, the same on both engines.

use crate::{
    auction::{END, ITEMS, START, Sale},
    both,
    support::database::TestDatabase,
};
use serde_json::{Value, json};

/// A further lot of the same case, published.
pub struct Goods {
    pub title: &'static str,
    pub category: &'static str,
    pub start: &'static str,
    pub deposit: &'static str,
    pub condition: &'static str,
    pub defects: &'static str,
    pub ends: &'static str,
}

impl Sale {
    /// Publishes `goods` and turns to them.
    pub async fn publish(&mut self, case: &Value, goods: &Goods) {
        let (app, officer) = (&self.court.app, &self.court.officer);
        let draft = json!({ "case": case["id"], "title": goods.title, "category": goods.category, "appraisalPrice": goods.start });
        let drafted = app.done(officer, "draftLot", draft, "lot { id lotNumber }").await["lot"].take();
        let lot = drafted["id"].clone();
        self.know(&lot, goods.start).await;
        let (app, officer) = (&self.court.app, &self.court.officer);
        let decision = json!({ "lot": lot, "members": ["甲", "乙", "丙"], "documentNumber": "评议笔录2号",
            "decidedOn": "2026-03-02", "startingPrice": goods.start, "deposit": goods.deposit, "bidIncrement": "100.00" });
        app.done(officer, "recordPanelDecision", decision, "lot { id }").await;
        let items = ITEMS.map(|item| {
            let content = match item {
                "CONDITION" => goods.condition,
                "KNOWN_DEFECTS" => goods.defects,
                _ => "见公告",
            };
            json!({ "item": item, "content": content })
        });
        app.done(officer, "setDisclosure", json!({ "lot": lot, "items": items }), "lot { id }").await;
        self.lot = lot;
        self.number = drafted["lotNumber"].as_str().unwrap().to_owned();
        self.notify(case, "2026-03-02").await;
        let input = self.announcement(START, goods.ends);
        self.court.app.done(&self.court.officer, "publishAnnouncement", input, "lot { version }").await;
    }
    /// The titles that a search finds, in order.
    pub async fn titles(&self, filter: Value, sort: &str) -> Vec<String> {
        let document = "query ($f: CatalogueFilter, $s: CatalogueSort!) {
            catalogue(filter: $f, sort: $s, first: 50) { nodes { title } } }";
        let found = self.court.app.ask(None, document, json!({ "f": filter, "s": sort })).await;
        let nodes = found["catalogue"]["nodes"].as_array().unwrap().clone();
        nodes.iter().map(|node| node["title"].as_str().unwrap().to_owned()).collect()
    }
}

const GOODS: [Goods; 4] = [
    Goods {
        title: "岳麓区麓谷小镇住宅楼一套",
        category: "IMMOVABLE",
        start: "800000.00",
        deposit: "100000.00",
        condition: "空置，宅基地另议",
        defects: "无",
        ends: "2026-04-18T10:00:00.000+08:00",
    },
    Goods {
        title: "宝马ＢＭＷ５２５Ｌｉ轿车",
        category: "MOVABLE",
        start: "90000.00",
        deposit: "9000.00",
        condition: "停放于开福区，车况一般",
        defects: "左前门有划痕，欠缴交通罚款",
        ends: "2026-04-17T12:00:00.000+08:00",
    },
    Goods {
        title: "某科技公司100%股权",
        category: "OTHER_RIGHT",
        start: "30000000.00",
        deposit: "3000000.00",
        condition: "住宅区内，宅楼两用，岳麓区",
        defects: "无",
        ends: "2026-04-19T10:00:00.000+08:00",
    },
    Goods {
        title: "挖掘机两台",
        category: "MOVABLE",
        start: "90000.00",
        deposit: "9000.00",
        condition: "见照片",
        defects: "无",
        ends: "2026-04-17T12:00:00.000+08:00",
    },
];

/// A court with five published lots: the house of [`Sale::announced`] and [`GOODS`].
async fn market(database: TestDatabase) -> Sale {
    let (mut sale, case) = Sale::draft(database).await;
    sale.decide("500000.00").await;
    sale.disclose(&ITEMS).await;
    sale.notify(&case, "2026-03-02").await;
    sale.court.app.go_to("2026-03-05T09:00:00+08:00").await;
    let input = sale.announcement(START, END);
    sale.court.app.done(&sale.court.officer, "publishAnnouncement", input, "lot { version }").await;
    let (house, number) = (sale.lot.clone(), sale.number.clone());
    for goods in &GOODS {
        sale.publish(&case, goods).await;
    }
    (sale.lot, sale.number) = (house, number);
    sale
}

async fn finds_words(database: TestDatabase) {
    let sale = market(database).await;
    let house = "某小区住宅";
    let all = vec![house, GOODS[0].title, GOODS[1].title, GOODS[2].title, GOODS[3].title];
    for (text, found) in [
        // one and two characters, in the title or in the condition
        ("楼", vec![GOODS[0].title, GOODS[2].title]),
        ("宅", vec![house, GOODS[0].title, GOODS[2].title]),
        ("住宅", vec![house, GOODS[0].title, GOODS[2].title]),
        ("岳麓", vec![GOODS[0].title, GOODS[2].title]),
        // both pairs stand in the second text too, but apart
        ("住宅楼", vec![GOODS[0].title]),
        // full width, case, several words in any order, signs between them
        ("bmw525", vec![GOODS[1].title]),
        ("轿车 开福", vec![GOODS[1].title]),
        ("开福、轿车", vec![GOODS[1].title]),
        ("100%", vec![GOODS[2].title]),
        ("住宅 轿车", vec![]),
        ("飞机", vec![]),
        // anywhere in the disclosure, by one, two and more characters
        ("痕", vec![GOODS[1].title]),
        ("划痕", vec![GOODS[1].title]),
        ("交通罚款 轿车", vec![GOODS[1].title]),
        ("公告", all.clone()),
    ] {
        let mut seen = sale.titles(json!({ "text": text }), "NEWEST").await;
        seen.sort();
        let mut wanted: Vec<_> = found.into_iter().map(str::to_owned).collect();
        wanted.sort();
        assert_eq!(seen, wanted, "{text}");
    }
    let app = &sale.court.app;
    let document = "query ($f: CatalogueFilter) { catalogue(filter: $f) { nodes { id } } }";
    for bad in [json!({ "text": "！" }), json!({ "text": "字".repeat(51) }), json!({ "endsWithinHours": 0 })] {
        assert_eq!(app.error_code(None, document, json!({ "f": bad })).await, "BAD_USER_INPUT", "{bad}");
    }
    sale.court.app.finish().await;
}
both!(words_of_any_length_are_found_in_title_and_disclosure, super::finds_words);

async fn sorts_and_pages(database: TestDatabase) {
    let sale = market(database).await;
    let (house, [flat, car, share, digger]) = ("某小区住宅", GOODS.map(|goods| goods.title));
    let anna = sale.bidder(1).await;
    sale.court.app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    let all = json!({});
    assert_eq!(sale.titles(all.clone(), "ENDS_SOONEST").await, [house, car, digger, flat, share]);
    assert_eq!(sale.titles(all.clone(), "NEWEST").await, [digger, share, car, flat, house]);
    assert_eq!(sale.titles(all.clone(), "PRICE_LOW").await, [car, digger, house, flat, share]);
    assert_eq!(sale.titles(all.clone(), "PRICE_HIGH").await, [share, flat, house, digger, car]);
    assert_eq!(sale.titles(all.clone(), "MOST_BIDS").await[0], house);
    for (filter, found) in [
        (json!({ "category": ["MOVABLE", "OTHER_RIGHT"] }), vec![car, digger, share]),
        (json!({ "priceFrom": "90000.00", "priceTo": "90000.00" }), vec![car, digger]),
        (json!({ "priceFrom": "90000.01", "priceTo": "500000.00" }), vec![house]),
        (json!({ "priceBand": ["FROM_500K"] }), vec![house, flat]),
        (json!({ "region": ["长沙"] }), vec![house, car, digger, flat, share]),
        (json!({ "region": ["北京"] }), vec![]),
        (json!({ "status": ["ANNOUNCED"] }), vec![]),
        (json!({ "endsWithinHours": 24 }), vec![house]),
        (json!({ "endsWithinHours": 26 }), vec![house, car, digger]),
    ] {
        assert_eq!(sale.titles(filter.clone(), "ENDS_SOONEST").await, found, "{filter}");
    }
    let document = "query ($s: CatalogueSort!, $first: Int, $after: String, $last: Int, $before: String) {
        catalogue(sort: $s, first: $first, after: $after, last: $last, before: $before) {
            edges { cursor node { title } } pageInfo { hasPreviousPage hasNextPage endCursor startCursor } } }";
    for sort in ["ENDS_SOONEST", "NEWEST", "PRICE_LOW", "PRICE_HIGH", "MOST_BIDS"] {
        let whole = sale.titles(all.clone(), sort).await;
        let (mut seen, mut after) = (Vec::new(), Value::Null);
        loop {
            let variables = json!({ "s": sort, "first": 2, "after": after });
            let page = sale.court.app.ask(None, document, variables).await["catalogue"].take();
            seen.extend(page["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["title"].clone()));
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(seen, whole, "{sort}");
        let back = sale.court.app.ask(None, document, json!({ "s": sort, "last": 2, "before": after })).await;
        let back: Vec<_> =
            back["catalogue"]["edges"].as_array().unwrap().iter().map(|e| e["node"]["title"].clone()).collect();
        assert_eq!(back, whole[2..4], "{sort}");
        let other = if sort == "NEWEST" { "MOST_BIDS" } else { "NEWEST" };
        let code = sale.court.app.error_code(None, document, json!({ "s": other, "first": 2, "after": after })).await;
        assert_eq!(code, "BAD_USER_INPUT");
    }
    let searches = |count: usize| {
        let one = |n: usize| format!("s{n}: catalogue(sort: NEWEST, first: 1) {{ nodes {{ title }} }}");
        format!("{{ {} }}", (0..count).map(one).collect::<Vec<_>>().join(" "))
    };
    sale.court.app.ask(None, &searches(9), json!({})).await;
    let code = sale.court.app.error_code(None, &searches(10), json!({})).await;
    assert_eq!(code, "GRAPHQL_VALIDATION_FAILED", "ten searches are more than one request may ask for");
    sale.court.app.finish().await;
}
both!(each_order_is_read_page_by_page_without_gap_or_repetition, super::sorts_and_pages);

async fn counts(database: TestDatabase) {
    let sale = market(database).await;
    let document = "query ($f: CatalogueFilter) { catalogue(filter: $f, first: 1) { facets { total
        categories { category lots } statuses { status lots } priceBands { band lots } rounds { round lots }
        regions { region lots } courts { court { code } lots } } } }";
    let facets = async |filter: Value| {
        sale.court.app.ask(None, document, json!({ "f": filter })).await["catalogue"]["facets"].take()
    };
    let all = facets(json!({})).await;
    assert_eq!(all["total"], 5);
    let kinds = json!([{ "category": "IMMOVABLE", "lots": 2 }, { "category": "MOVABLE", "lots": 2 }, { "category": "OTHER_RIGHT", "lots": 1 }]);
    assert_eq!(all["categories"], kinds);
    assert_eq!(all["regions"], json!([{ "region": "长沙", "lots": 5 }]));
    assert_eq!(all["courts"], json!([{ "court": { "code": "湘0102" }, "lots": 5 }]));
    // the counts of a field follow the other fields and not its own
    let movable = facets(json!({ "category": ["MOVABLE"] })).await;
    assert_eq!((&movable["total"], &movable["categories"]), (&json!(2), &kinds));
    assert_eq!(movable["priceBands"], json!([{ "band": "UNDER_100K", "lots": 2 }]));
    assert_eq!(facets(json!({ "region": ["北京"] })).await["total"], 0);
    // each change of state moves its lot from one count to another
    sale.court.app.go_to(START).await;
    assert_eq!(facets(json!({})).await["statuses"], json!([{ "status": "OPEN", "lots": 5 }]));
    sale.court.app.go_to(END).await;
    let ended = facets(json!({})).await["statuses"].take();
    assert_eq!(ended, json!([{ "status": "OPEN", "lots": 4 }, { "status": "UNSOLD", "lots": 1 }]));
    assert!(!sale.titles(json!({}), "ENDS_SOONEST").await.contains(&"某小区住宅".to_owned()));
    sale.court.app.finish().await;
}
both!(facets_are_counts_that_every_change_of_state_keeps, super::counts);
