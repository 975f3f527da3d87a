"""Fields of products, parties, messages, files, users and automation: words of ``schema``, then what each age adds."""

OFFICE: dict[str, str] = {
    "product.product": (
        "name:c default_code:c barcode:c weight:f hs_code:c uom_id>uom.uom country_of_origin>res.country "
        "weight_uom_name!kg active:b is_storable:b product_tmpl_id>product.product tracking:s type:s volume:f "
        "list_price:f lst_price:f standard_price:f invoice_policy:s taxes_id*account.tax categ_id>product.category "
        "supplier_taxes_id*account.tax sale_ok:b purchase_ok:b company_id>res.company description_sale:t "
        "qty_available:f free_qty:f virtual_available:f incoming_qty:f outgoing_qty:f landed_cost_ok:b "
        "use_expiration_date:b description:h purchase_method:s cost_method:s"
    ),
    "product.category": "name:c complete_name:c property_cost_method:s property_valuation:s parent_id>product.category",
    "uom.uom": "name:c factor:f rounding:f active:b",
    "res.partner": (
        "name:c is_company:b company_name:c street:c street2:c city:c zip:c phone:c email:c ref:c lang:s "
        "partner_latitude:f partner_longitude:f parent_id>res.partner state_id>res.country.state "
        "country_id>res.country commercial_partner_id>res.partner company_id>res.company complete_name:c type:s "
        "vat:c active:b child_ids<res.partner.parent_id customer_rank:i supplier_rank:i comment:h barcode:c "
        "property_stock_customer>stock.location property_stock_supplier>stock.location date_localization:a "
        "category_id*res.partner.category user_id>res.users email_formatted:c function:c website:c company_type:s "
        "credit:f credit_to_invoice:f credit_limit:f use_partner_credit_limit:b"
    ),
    "res.partner.category": "name:c",
    "res.country": "name:c code:c",
    "res.country.state": "name:c code:c country_id>res.country",
    "res.company": "name:c partner_id>res.partner country_id>res.country currency_id>res.currency",
    "res.currency": "name:c decimal_places:i rounding:f symbol:c active:b",
    "res.users": (
        "name:c login:c email:c partner_id>res.partner active:b tz:s lang:s company_id>res.company share:b "
        "company_ids*res.company notification_type:s password:c email_formatted=partner_id.email_formatted"
    ),
    "res.users.apikeys": "name:c expiration_date:d user_id>res.users scope:c index:c",
    "ir.ui.view": "name:c model:c type:s inherit_id>ir.ui.view arch:t active:b mode:s priority:i",
    "res.users.apikeys.description": "name:c duration:s expiration_date:d",
    "res.users.identitycheck": "request:c auth_method:s password:c",
    "res.groups": "name:c full_name:c api_key_duration:f comment:t implied_ids*res.groups",
    "res.lang": "name:c code:c active:b",
    "delivery.carrier": (
        "name:c delivery_type:s active:b company_id>res.company integration_level:s product_id>product.product "
        "tracking_url:c fixed_price:f sequence:i"
    ),
    "ir.attachment": (
        "name:c res_model:c res_id:i mimetype:c checksum:c file_size:i datas:x type:s raw:x description:t "
        "company_id>res.company public:b url:c"
    ),
    "mail.message": (
        "model:c res_id:i body:h message_type:s message_id:c attachment_ids*ir.attachment author_id>res.partner "
        "subtype_id>mail.message.subtype date:d subject:c email_from:c partner_ids*res.partner reply_to:c "
        "is_internal:b record_name:c email_add_signature:b record_company_id>res.company parent_id>mail.message "
        "reply_to_force_new:b"
    ),
    "mail.message.subtype": "name:c internal:b",
    "mail.activity": (
        "res_model_id>ir.model res_model:c res_id:i activity_type_id>mail.activity.type summary:c note:h state:s "
        "user_id>res.users date_deadline:a res_name:c active:b"
    ),
    "mail.activity.type": "name:c category:s res_model:s",
    "ir.model": "name:c model:c state:s transient:b field_id<ir.model.fields.model_id",
    "ir.model.fields": (
        "name:c model_id>ir.model model:c ttype:s relation:c field_description:c state:s copied:b store:b index:b "
        "readonly:b required:b relation_field:c selection:c help:t"
    ),
    "ir.model.data": "name:c module:c model:c res_id:i complete_name:c noupdate:b",
    "ir.model.access": (
        "name:c model_id>ir.model group_id>res.groups perm_read:b perm_write:b perm_create:b perm_unlink:b active:b"
    ),
    "ir.module.module": "name:c state:s latest_version:c installed_version:c",
    "ir.config_parameter": "key:c value:t",
    "ir.cron": "name:c active:b",
    "ir.actions.server": (
        "name:c model_id>ir.model model_name:c state:s code:t webhook_url:c webhook_field_ids*ir.model.fields "
        "base_automation_id>base.automation usage:s type!ir.actions.server"
    ),
    "base.automation": (
        "name:c model_id>ir.model trigger:s trigger_field_ids*ir.model.fields filter_pre_domain:c filter_domain:c "
        "action_server_ids<ir.actions.server.base_automation_id active:b model_name:c url:c webhook_uuid:c"
    ),
}
OFFICE_OF_18: dict[str, str] = {
    "res.partner": "mobile:c title:c",
    "res.users": "groups_id*res.groups",
    "res.groups": "users*res.users trans_implied_ids*res.groups category_id>ir.module.category",
    "ir.module.category": "name:c",
    "uom.uom": "category_id>uom.category factor_inv:f uom_type:s ratio:f",
    "uom.category": "name:c",
    "product.product": "value_svl:f quantity_svl:f packaging_ids<product.packaging.product_id uom_po_id>uom.uom",
    "product.packaging": (
        "name:c product_id>product.product qty:f barcode:c sales:b purchase:b package_type_id>stock.package.type"
    ),
    "ir.actions.server": "groups_id*res.groups",
}
OFFICE_SINCE_19: dict[str, str] = {
    "res.partner": "global_location_number:c",
    "res.users": "group_ids*res.groups",
    "res.groups": "user_ids*res.users all_implied_ids*res.groups privilege_id>res.groups.privilege",
    "res.groups.privilege": "name:c",
    "uom.uom": "relative_factor:f relative_uom_id>uom.uom product_uom_ids<product.uom.uom_id",
    "product.product": "total_value:f avg_cost:f uom_ids*uom.uom product_uom_ids<product.uom.product_id",
    "product.uom": "barcode:c product_id>product.product uom_id>uom.uom company_id>res.company",
    "ir.actions.server": "group_ids*res.groups",
}
