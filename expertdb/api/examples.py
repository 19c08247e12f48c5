"""One real example for each body: shown in the OpenAPI document, sent by the tests."""

from typing import Any

from marshmallow import Schema

from expertdb.schemas.batches import BatchBody
from expertdb.schemas.conflicts import ConflictCheck, TieBody, TiePatch, WaiverBody
from expertdb.schemas.draws import DrawBody, RecordToVerify, RevealBody
from expertdb.schemas.engagements import DeclarationBody, EngagementTransitionBody, InvitationBody, MissingOpinionBody
from expertdb.schemas.evaluations import EvaluationBody, ReplyBody
from expertdb.schemas.experts import (
    ConfirmationBody,
    ExpertBody,
    ExpertPatch,
    ExpertTransitionBody,
    ItemBody,
    ItemPatch,
)
from expertdb.schemas.item_imports import ItemImportBody
from expertdb.schemas.jobs import JobTransitionBody
from expertdb.schemas.notices import NoticeTransitionBody
from expertdb.schemas.objections import ObjectionBody, ObjectionTransitionBody
from expertdb.schemas.opinions import AdoptionBody, OpinionBody
from expertdb.schemas.organisations import OrganisationBody, OrganisationPatch
from expertdb.schemas.panels import PanelBody, PanelTransitionBody, ReplacementBody
from expertdb.schemas.requests import RequestBody, RequestPatch, RequestTransitionBody
from expertdb.schemas.rights import ClaimBody, ClaimTransitionBody, ConsentBody, ConsentTransitionBody
from expertdb.schemas.sanctions import SanctionPatch, SanctionTransitionBody
from expertdb.schemas.shortlists import PreviewBody, ShortlistBody
from expertdb.schemas.tokens import TokenBody
from expertdb.schemas.users import UserBody, UserPatch
from expertdb.schemas.vocabularies import VocabularyPatch, WordSuggestionBody, WordSuggestionDecision

_ITEM = {
    "kind": "case",
    "title": "动力电池隔膜专利无效宣告请求案",
    "text": "代表请求人检索到两篇日文现有技术，权利要求1至7被宣告无效。",
    "year": 2024,
}

EXAMPLES: dict[type[Schema], dict[str, Any]] = {
    BatchBody: {
        "requests": ["0197a3c0-0000-7000-8000-000000000001", "0197a3c0-0000-7000-8000-000000000002"],
        "preset": "complex",
        "capacity": 2,
        "fairness": "worst",
        "forced": [
            {"request": "0197a3c0-0000-7000-8000-000000000001", "expert": "0197a3c0-0000-7000-8000-00000000000a"}
        ],
    },
    ItemImportBody: {
        "record": {
            "results": [
                {
                    "title": "Separators of lithium cells",
                    "type": "article",
                    "publication_year": 2023,
                    "authorships": [{"author": {"id": "https://openalex.org/A1", "display_name": "Lan Lin"}}],
                }
            ]
        },
        "since": 2020,
    },
    JobTransitionBody: {"to": "cancelled", "reason": "名单有误，重新提交"},
    ExpertBody: {
        "name": {"zh": "林岚", "en": "Lin Lan"},
        "kind": "K-PA",
        "organisation": "闽都衡正知识产权代理有限公司",
        "region": "350200",
        "languages": ["zh", "en"],
        "title_level": "T2",
        "statement": "专利代理师，执业十二年，主攻锂电池专利的无效与稳定性分析。",
        "codes": ["PAT-INV", "LG-INV", "SE05"],
        "items": [_ITEM],
        "status": "active",
        "term": {"start": "2026-01-01", "end": "2028-12-31"},
    },
    ExpertPatch: {"statement": "专利代理师，执业十三年。", "codes": ["PAT-INV", "LG-INV", "LG-FTO", "SE05"]},
    ItemBody: _ITEM,
    ItemPatch: {"verified": True, "source": "国家知识产权局第5W112233号无效宣告请求审查决定"},
    TieBody: {
        "type": "mandate",
        "counterpart": "宁德某新能源材料有限公司",
        "since": "2024-03-01",
        "until": "2025-06-30",
        "note": "常年法律顾问",
    },
    TiePatch: {"until": "2025-12-31"},
    ConflictCheck: {
        "experts": ["林岚", {"name": "Jane Roe", "organisation": "Lanwei IP Agency Co., Ltd."}],
        "parties": ["厦门澜桅知识产权代理有限公司", {"name": "某新能源材料有限公司", "role": "respondent"}],
    },
    WaiverBody: {
        "request": "0199c0de-0000-7000-8000-000000000001",
        "expert": "0199c0de-0000-7000-8000-000000000002",
        "type": "competitor",
        "party": "某新能源材料有限公司",
        "reason": "同类技术专家仅此一人，已向各方当事人书面披露",
        "until": "2027-03-31",
    },
    PanelBody: {
        "preset": "policy_contested",
        "rules": [
            {"type": "cover", "codes": ["FN-SEP", "AM"]},
            {"type": "every_side", "sides": ["licensor", "licensee"]},
        ],
        "size": 7,
        "reserves": 2,
        "sides": {"licensor": ["林岚"], "licensee": ["陈舟"]},
        "dry_run": True,
    },
    PanelTransitionBody: {
        "to": "confirmed",
        "reason": "符合政策论证的人员组成要求",
        "confirmed_by": "王某",
        "deviations": [{"expert": "0199c0de-0000-7000-8000-000000000002", "reason": "本地以外专家，须至少一名"}],
    },
    ReplacementBody: {"expert": "0199c0de-0000-7000-8000-000000000002", "reason": "本人因出差请辞"},
    DrawBody: {
        "strata": [
            {"name": "法律", "seats": 2, "reserves": 1, "kinds": ["K-LAW", "K-JDG"]},
            {"name": "技术", "seats": 3, "reserves": 2, "kinds": ["K-TECH", "K-PA"]},
        ],
        "rules": [{"type": "max_per_organisation"}, {"type": "odd"}],
        "public_source": "中国福利彩票双色球第2026136期开奖号码",
        "not_before": "2026-12-24T13:30:00Z",
    },
    RevealBody: {"public_value": "03 07 12 19 25 31 + 08"},
    RecordToVerify: {"record": {"version": "expertdb-draw/1"}},
    MissingOpinionBody: {"reason": "专家在论证会上口头发表意见，会后住院，未能签署；见会议纪要第三条"},
    InvitationBody: {"respond_by": "2026-12-10T09:00:00Z"},
    DeclarationBody: {
        "interests": [
            {
                "type": "mandate",
                "counterpart": "宁德某新能源材料有限公司",
                "until": "2022-06-30",
                "in_this_matter": False,
            }
        ],
        "confidential": True,
    },
    EngagementTransitionBody: {"to": "accepted", "reason": "可以参加"},
    OpinionBody: {
        "engagement": "0199c0de-0000-7000-8000-000000000003",
        "position": "support_with_changes",
        "text": "建议将公示异议期由十日延长至二十日。",
        "dissent": False,
        "signed_by": "林岚",
    },
    AdoptionBody: {"result": "partial", "reason": "异议期延长至十五日，兼顾办理时限"},
    EvaluationBody: {
        "engagement": "0199c0de-0000-7000-8000-000000000003",
        "scores": {
            "competence": 5,
            "independence": 5,
            "timeliness": 4,
            "usefulness": 5,
            "communication": 4,
            "confidentiality": 5,
        },
        "comment": "意见具体可行",
    },
    ReplyBody: {"text": "感谢，延误一日系因开庭。"},
    OrganisationBody: {
        "name": {"zh": "闽都衡正知识产权代理有限公司"},
        "aliases": ["衡正代理"],
        "kind": "O-AGY",
        "region": "350100",
    },
    OrganisationPatch: {"aliases": ["衡正代理", "衡正知识产权"]},
    RequestBody: {
        "kind": "consultation",
        "title": "锂电池隔膜专利海外侵权应对",
        "text": "企业在德国收到侵权警告函，需判断专利稳定性并准备应诉。",
        "aspects": [{"code": "LG-OVS", "need": "must"}, {"code": "FN-LIC"}],
        "parties": [{"name": "某新能源材料有限公司", "role": "respondent"}],
        "region": "350900",
        "experts_wanted": 5,
        "due": "2026-12-15",
    },
    RequestPatch: {
        "experts_wanted": 7,
        "questions": ["警告函所涉专利的权利要求是否稳定？", "德国应诉的时限和费用如何？"],
        "related_organisations": [{"name": "某新能源材料（香港）有限公司", "relation": "子公司"}],
        "suggested_experts": [{"expert": "林岚", "reason": "办理过同族专利"}],
        "excluded_experts": [{"expert": "陈某", "reason": "曾任对方顾问"}],
        "secrecy": "trade_secret",
        "mode": "meeting",
        "languages": ["zh", "de"],
    },
    RequestTransitionBody: {"to": "accepted", "reason": "材料齐全，予以受理"},
    ShortlistBody: {"size": 8, "filters": {"region": ["350200"], "language": ["en"]}},
    PreviewBody: {
        "kind": "consultation",
        "title": "Pledge financing of a patent portfolio",
        "text": "Which valuation method suits twelve patents on flue-gas dust removal?",
        "aspects": [{"code": "FN-PLDG", "need": "must"}],
        "size": 5,
    },
    ExpertTransitionBody: {
        "to": "suspended",
        "reason": "复核执业资质",
        "ground": "lost_qualification",
        "notified_on": "2026-11-20",
    },
    ConfirmationBody: {"reached": True, "on": "2026-11-20"},
    NoticeTransitionBody: {"to": "sent", "reason": "电子邮件", "on": "2026-11-23"},
    ObjectionBody: {
        "lodged_by": "citizen",
        "reference": "信访〔2026〕118号",
        "ground": "false_data",
        "text": "所列“隔膜专利无效案”的代理人并非候选人。",
    },
    ObjectionTransitionBody: {"to": "upheld", "reason": "经查证，申报材料与事实不符。", "then": "under_review"},
    SanctionPatch: {"notified_on": "2026-11-23"},
    SanctionTransitionBody: {"to": "appealed", "reason": "执业证年检已于本月补办，附证明。"},
    TokenBody: {
        "name": "晋江园区工作站",
        "role": "agency",
        "organisation": "晋江鞋服产业园知识产权保护工作站",
        "expires_at": "2027-12-31T00:00:00+00:00",
    },
    UserBody: {
        "login": "lin.lan",
        "name": "林岚",
        "role": "agency",
        "organisation": "晋江鞋服产业园知识产权保护工作站",
    },
    UserPatch: {"role": "policy_office", "active": True},
    ClaimBody: {"kind": "correction", "text": "本人电话号码已更换。", "received_on": "2026-11-20"},
    ClaimTransitionBody: {
        "to": "granted",
        "reason": "经核实属实",
        "changes": {"restricted": {"phone": "13800005678"}},
    },
    ConsentBody: {"notice": "2026-1", "form": "signed", "given_on": "2026-01-05", "evidence": "人才档〔2026〕5号"},
    ConsentTransitionBody: {"to": "withdrawn", "reason": "本人来函", "on": "2026-11-20"},
    VocabularyPatch: {
        "reason": "茶企来信多用此说",
        "changes": [
            {"do": "add_alias", "code": "GI", "alias": "岩韵金标"},
            {"do": "merge", "code": "EN", "into": "TM"},
        ],
    },
    WordSuggestionBody: {"do": "add_alias", "code": "GI", "alias": "岩韵金标", "note": "茶企都这么说"},
    WordSuggestionDecision: {"decision": "accept", "reason": "确有此说，且别无他义"},
}
