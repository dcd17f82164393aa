//! 类型代字: the type codes of the standard to 法〔2015〕137号, as far as a case that touches enforcement can name them.
//! The list matters: without it the old-style `（2013）宁执字第386号` would pass as court 宁, type 执字第.

/// Case types of enforcement: the cases that hold money here.
pub(super) const ENFORCEMENT: &[&str] = &["执", "执恢", "执异", "执复", "执监", "执协", "执保", "执他"];

/// Case types that a basis of enforcement (执行依据) or a related case may have.
pub(super) const OTHER: &[&str] = &[
    // civil
    "民辖",
    "民辖终",
    "民辖监",
    "民初",
    "民终",
    "民监",
    "民申",
    "民抗",
    "民再",
    "民撤",
    "民特",
    "民特监",
    "民催",
    "民督",
    "民督监",
    "民算",
    "民他", // bankruptcy and compulsory liquidation
    "破",
    "破申",
    "破终",
    "破监",
    "民破",
    "清申",
    "清终",
    "清监",
    "强清",
    "强清监", // preservation outside of a suit
    "财保",
    "行保",
    "行为保",
    "证保", // criminal
    "刑辖",
    "刑初",
    "刑终",
    "刑监",
    "刑申",
    "刑抗",
    "刑再",
    "刑核",
    "刑他",
    "刑更",
    "刑更备",
    "刑更监",
    "刑没",
    "刑医",
    "刑医复", // administrative
    "行辖",
    "行辖终",
    "行初",
    "行终",
    "行监",
    "行申",
    "行抗",
    "行再",
    "行审",
    "行审复",
    "行他", // compensation by the state
    "行赔初",
    "行赔终",
    "行赔监",
    "行赔申",
    "行赔抗",
    "行赔再",
    "法赔",
    "委赔",
    "委赔监",
    "委赔提",
    "委赔再",
    "赔他", // relief
    "司救刑",
    "司救民",
    "司救行",
    "司救赔",
    "司救执",
    "司救访",
    "司救他", // sanctions
    "司惩",
    "司惩复", // recognition of judgments from elsewhere
    "认台",
    "认港",
    "认澳",
    "认复",
    "认他",
    "协外认",
    "协他",
];

pub(super) fn is_listed(code: &str) -> bool {
    ENFORCEMENT.contains(&code) || OTHER.contains(&code)
}
