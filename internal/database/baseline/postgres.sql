-- EC-CUBE 4.2's tables on PostgreSQL, as EC-CUBE makes them (eccube.md §1, §9).
-- Doctrine reads the (DC2Type) comments.

CREATE TABLE mtb_authority (
  id smallint NOT NULL,
  name varchar(255) NOT NULL,
  sort_no smallint NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE mtb_country (
  id smallint NOT NULL,
  name varchar(255) NOT NULL,
  sort_no smallint NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE mtb_csv_type (
  id smallint NOT NULL,
  name varchar(255) NOT NULL,
  sort_no smallint NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE mtb_customer_order_status (
  id smallint NOT NULL,
  name varchar(255) NOT NULL,
  sort_no smallint NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE mtb_customer_status (
  id smallint NOT NULL,
  name varchar(255) NOT NULL,
  sort_no smallint NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE mtb_device_type (
  id smallint NOT NULL,
  name varchar(255) NOT NULL,
  sort_no smallint NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE mtb_job (
  id smallint NOT NULL,
  name varchar(255) NOT NULL,
  sort_no smallint NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE mtb_login_history_status (
  id smallint NOT NULL,
  name varchar(255) NOT NULL,
  sort_no smallint NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE mtb_order_item_type (
  id smallint NOT NULL,
  name varchar(255) NOT NULL,
  sort_no smallint NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE mtb_order_status (
  id smallint NOT NULL,
  display_order_count boolean DEFAULT false NOT NULL,
  name varchar(255) NOT NULL,
  sort_no smallint NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE mtb_order_status_color (
  id smallint NOT NULL,
  name varchar(255) NOT NULL,
  sort_no smallint NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE mtb_page_max (
  id smallint NOT NULL,
  name varchar(255) NOT NULL,
  sort_no smallint NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE mtb_pref (
  id smallint NOT NULL,
  name varchar(255) NOT NULL,
  sort_no smallint NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE mtb_product_status (
  id smallint NOT NULL,
  name varchar(255) NOT NULL,
  sort_no smallint NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE mtb_rounding_type (
  id smallint NOT NULL,
  name varchar(255) NOT NULL,
  sort_no smallint NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE mtb_sale_type (
  id smallint NOT NULL,
  name varchar(255) NOT NULL,
  sort_no smallint NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE mtb_sex (
  id smallint NOT NULL,
  name varchar(255) NOT NULL,
  sort_no smallint NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE mtb_tax_display_type (
  id smallint NOT NULL,
  name varchar(255) NOT NULL,
  sort_no smallint NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE mtb_tax_type (
  id smallint NOT NULL,
  name varchar(255) NOT NULL,
  sort_no smallint NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE mtb_work (
  id smallint NOT NULL,
  name varchar(255) NOT NULL,
  sort_no smallint NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE dtb_member (
  id serial NOT NULL,
  work_id smallint,
  authority_id smallint,
  creator_id integer,
  name varchar(255) DEFAULT NULL,
  department varchar(255) DEFAULT NULL,
  login_id varchar(255) NOT NULL,
  password varchar(255) NOT NULL,
  salt varchar(255) DEFAULT NULL,
  sort_no smallint NOT NULL,
  two_factor_auth_key varchar(255) DEFAULT NULL,
  two_factor_auth_enabled boolean DEFAULT false NOT NULL,
  create_date timestamp(0) with time zone NOT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  login_date timestamp(0) with time zone DEFAULT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX idx_10bc3be661220ea6 ON dtb_member (creator_id);
CREATE INDEX idx_10bc3be681ec865b ON dtb_member (authority_id);
CREATE INDEX idx_10bc3be6bb3453db ON dtb_member (work_id);
COMMENT ON COLUMN dtb_member.create_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_member.update_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_member.login_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_authority_role (
  id serial NOT NULL,
  authority_id smallint,
  creator_id integer,
  deny_url varchar(4000) NOT NULL,
  create_date timestamp(0) with time zone NOT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX idx_4a1f70b161220ea6 ON dtb_authority_role (creator_id);
CREATE INDEX idx_4a1f70b181ec865b ON dtb_authority_role (authority_id);
COMMENT ON COLUMN dtb_authority_role.create_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_authority_role.update_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_login_history (
  id serial NOT NULL,
  login_history_status_id smallint NOT NULL,
  member_id integer,
  user_name text,
  client_ip text,
  create_date timestamp(0) with time zone NOT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX idx_6191dd4f7597d3fe ON dtb_login_history (member_id);
CREATE INDEX idx_6191dd4f9fa62fdd ON dtb_login_history (login_history_status_id);
COMMENT ON COLUMN dtb_login_history.create_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_login_history.update_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_base_info (
  id serial NOT NULL,
  country_id smallint,
  pref_id smallint,
  company_name varchar(255) DEFAULT NULL,
  company_kana varchar(255) DEFAULT NULL,
  postal_code varchar(8) DEFAULT NULL,
  addr01 varchar(255) DEFAULT NULL,
  addr02 varchar(255) DEFAULT NULL,
  phone_number varchar(14) DEFAULT NULL,
  business_hour varchar(255) DEFAULT NULL,
  email01 varchar(255) DEFAULT NULL,
  email02 varchar(255) DEFAULT NULL,
  email03 varchar(255) DEFAULT NULL,
  email04 varchar(255) DEFAULT NULL,
  shop_name varchar(255) DEFAULT NULL,
  shop_kana varchar(255) DEFAULT NULL,
  shop_name_eng varchar(255) DEFAULT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  good_traded varchar(4000) DEFAULT NULL,
  message varchar(4000) DEFAULT NULL,
  delivery_free_amount numeric(12,2) DEFAULT NULL,
  delivery_free_quantity integer,
  option_mypage_order_status_display boolean DEFAULT true NOT NULL,
  option_nostock_hidden boolean DEFAULT false NOT NULL,
  option_favorite_product boolean DEFAULT true NOT NULL,
  option_product_delivery_fee boolean DEFAULT false NOT NULL,
  invoice_registration_number varchar(255) DEFAULT NULL,
  option_product_tax_rule boolean DEFAULT false NOT NULL,
  option_customer_activate boolean DEFAULT true NOT NULL,
  option_remember_me boolean DEFAULT true NOT NULL,
  option_mail_notifier boolean DEFAULT false NOT NULL,
  authentication_key varchar(255) DEFAULT NULL,
  php_path varchar(255) DEFAULT NULL,
  option_point boolean DEFAULT true NOT NULL,
  basic_point_rate numeric(10,0) DEFAULT '1',
  point_conversion_rate numeric(10,0) DEFAULT '1',
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX idx_1d3655f4e171ef5f ON dtb_base_info (pref_id);
CREATE INDEX idx_1d3655f4f92f3e70 ON dtb_base_info (country_id);
COMMENT ON COLUMN dtb_base_info.update_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_calendar (
  id serial NOT NULL,
  title varchar(255) DEFAULT NULL,
  holiday timestamp(0) with time zone NOT NULL,
  create_date timestamp(0) with time zone NOT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
COMMENT ON COLUMN dtb_calendar.holiday IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_calendar.create_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_calendar.update_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_tradelaw (
  id serial NOT NULL,
  name varchar(255) DEFAULT NULL,
  description varchar(4000) DEFAULT NULL,
  sort_no smallint NOT NULL,
  display_order_screen boolean NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE dtb_plugin (
  id serial NOT NULL,
  name varchar(255) NOT NULL,
  code varchar(255) NOT NULL,
  enabled boolean DEFAULT false NOT NULL,
  version varchar(255) NOT NULL,
  source varchar(255) NOT NULL,
  initialized boolean DEFAULT false NOT NULL,
  create_date timestamp(0) with time zone NOT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
COMMENT ON COLUMN dtb_plugin.create_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_plugin.update_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_page (
  id serial NOT NULL,
  master_page_id integer,
  page_name varchar(255) DEFAULT NULL,
  url varchar(255) NOT NULL,
  file_name varchar(255) DEFAULT NULL,
  edit_type smallint DEFAULT 1 NOT NULL,
  author varchar(255) DEFAULT NULL,
  description varchar(255) DEFAULT NULL,
  keyword varchar(255) DEFAULT NULL,
  create_date timestamp(0) with time zone NOT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  meta_robots varchar(255) DEFAULT NULL,
  meta_tags varchar(4000) DEFAULT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX dtb_page_url_idx ON dtb_page (url);
CREATE INDEX idx_e3951a67d0618e8c ON dtb_page (master_page_id);
COMMENT ON COLUMN dtb_page.create_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_page.update_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_csv (
  id serial NOT NULL,
  csv_type_id smallint,
  creator_id integer,
  entity_name varchar(255) NOT NULL,
  field_name varchar(255) NOT NULL,
  reference_field_name varchar(255) DEFAULT NULL,
  disp_name varchar(255) NOT NULL,
  sort_no smallint NOT NULL,
  enabled boolean DEFAULT true NOT NULL,
  create_date timestamp(0) with time zone NOT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX idx_f55f48c361220ea6 ON dtb_csv (creator_id);
CREATE INDEX idx_f55f48c3e8507796 ON dtb_csv (csv_type_id);
COMMENT ON COLUMN dtb_csv.create_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_csv.update_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_mail_template (
  id serial NOT NULL,
  creator_id integer,
  name varchar(255) DEFAULT NULL,
  file_name varchar(255) DEFAULT NULL,
  mail_subject varchar(255) DEFAULT NULL,
  create_date timestamp(0) with time zone NOT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX idx_1cb16db261220ea6 ON dtb_mail_template (creator_id);
COMMENT ON COLUMN dtb_mail_template.create_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_mail_template.update_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_payment (
  id serial NOT NULL,
  creator_id integer,
  payment_method varchar(255) DEFAULT NULL,
  charge numeric(12,2) DEFAULT '0',
  rule_max numeric(12,2) DEFAULT NULL,
  sort_no smallint,
  fixed boolean DEFAULT true NOT NULL,
  payment_image varchar(255) DEFAULT NULL,
  rule_min numeric(12,2) DEFAULT NULL,
  method_class varchar(255) DEFAULT NULL,
  visible boolean DEFAULT true NOT NULL,
  create_date timestamp(0) with time zone NOT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX idx_7aff628f61220ea6 ON dtb_payment (creator_id);
COMMENT ON COLUMN dtb_payment.create_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_payment.update_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_delivery (
  id serial NOT NULL,
  creator_id integer,
  sale_type_id smallint,
  name varchar(255) DEFAULT NULL,
  service_name varchar(255) DEFAULT NULL,
  description varchar(4000) DEFAULT NULL,
  confirm_url varchar(4000) DEFAULT NULL,
  sort_no integer,
  visible boolean DEFAULT true NOT NULL,
  create_date timestamp(0) with time zone NOT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX idx_3420d9fa61220ea6 ON dtb_delivery (creator_id);
CREATE INDEX idx_3420d9fab0524e01 ON dtb_delivery (sale_type_id);
COMMENT ON COLUMN dtb_delivery.create_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_delivery.update_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_delivery_duration (
  id serial NOT NULL,
  name varchar(255) DEFAULT NULL,
  duration smallint DEFAULT 0 NOT NULL,
  sort_no integer NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE dtb_delivery_fee (
  id serial NOT NULL,
  delivery_id integer,
  pref_id smallint,
  fee numeric(12,2) NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX idx_491552412136921 ON dtb_delivery_fee (delivery_id);
CREATE INDEX idx_4915524e171ef5f ON dtb_delivery_fee (pref_id);

CREATE TABLE dtb_delivery_time (
  id serial NOT NULL,
  delivery_id integer,
  delivery_time varchar(255) NOT NULL,
  sort_no smallint NOT NULL,
  visible boolean DEFAULT true NOT NULL,
  create_date timestamp(0) with time zone NOT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX idx_e80ee3a612136921 ON dtb_delivery_time (delivery_id);
COMMENT ON COLUMN dtb_delivery_time.create_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_delivery_time.update_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_payment_option (
  delivery_id integer NOT NULL,
  payment_id integer NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (delivery_id, payment_id)
);
CREATE INDEX idx_5631540d12136921 ON dtb_payment_option (delivery_id);
CREATE INDEX idx_5631540d4c3a3bb ON dtb_payment_option (payment_id);

CREATE TABLE dtb_class_name (
  id serial NOT NULL,
  creator_id integer,
  backend_name varchar(255) DEFAULT NULL,
  name varchar(255) NOT NULL,
  sort_no integer NOT NULL,
  create_date timestamp(0) with time zone NOT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX idx_187c95ad61220ea6 ON dtb_class_name (creator_id);
COMMENT ON COLUMN dtb_class_name.create_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_class_name.update_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_class_category (
  id serial NOT NULL,
  class_name_id integer,
  creator_id integer,
  backend_name varchar(255) DEFAULT NULL,
  name varchar(255) NOT NULL,
  sort_no integer NOT NULL,
  visible boolean DEFAULT true NOT NULL,
  create_date timestamp(0) with time zone NOT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX idx_9b0d1dba61220ea6 ON dtb_class_category (creator_id);
CREATE INDEX idx_9b0d1dbab462fb2a ON dtb_class_category (class_name_id);
COMMENT ON COLUMN dtb_class_category.create_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_class_category.update_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_category (
  id serial NOT NULL,
  parent_category_id integer,
  creator_id integer,
  category_name varchar(255) NOT NULL,
  hierarchy integer NOT NULL,
  sort_no integer NOT NULL,
  create_date timestamp(0) with time zone NOT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX idx_5ed2c2b61220ea6 ON dtb_category (creator_id);
CREATE INDEX idx_5ed2c2b796a8f92 ON dtb_category (parent_category_id);
COMMENT ON COLUMN dtb_category.create_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_category.update_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_product (
  id serial NOT NULL,
  creator_id integer,
  product_status_id smallint,
  name varchar(255) NOT NULL,
  note text,
  description_list text,
  description_detail text,
  search_word text,
  free_area text,
  create_date timestamp(0) with time zone NOT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX idx_c49de22f557b630 ON dtb_product (product_status_id);
CREATE INDEX idx_c49de22f61220ea6 ON dtb_product (creator_id);
COMMENT ON COLUMN dtb_product.create_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_product.update_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_product_class (
  id serial NOT NULL,
  product_id integer,
  sale_type_id smallint,
  class_category_id1 integer,
  class_category_id2 integer,
  delivery_duration_id integer,
  creator_id integer,
  product_code varchar(255) DEFAULT NULL,
  stock numeric(10,0) DEFAULT NULL,
  stock_unlimited boolean DEFAULT false NOT NULL,
  sale_limit numeric(10,0) DEFAULT NULL,
  price01 numeric(12,2) DEFAULT NULL,
  price02 numeric(12,2) NOT NULL,
  delivery_fee numeric(12,2) DEFAULT NULL,
  visible boolean DEFAULT true NOT NULL,
  create_date timestamp(0) with time zone NOT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  currency_code varchar(255) DEFAULT NULL,
  point_rate numeric(10,0) DEFAULT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX dtb_product_class_price02_idx ON dtb_product_class (price02);
CREATE INDEX dtb_product_class_stock_stock_unlimited_idx ON dtb_product_class (stock, stock_unlimited);
CREATE INDEX idx_1a11d1ba248d128 ON dtb_product_class (class_category_id1);
CREATE INDEX idx_1a11d1ba4584665a ON dtb_product_class (product_id);
CREATE INDEX idx_1a11d1ba61220ea6 ON dtb_product_class (creator_id);
CREATE INDEX idx_1a11d1ba9b418092 ON dtb_product_class (class_category_id2);
CREATE INDEX idx_1a11d1bab0524e01 ON dtb_product_class (sale_type_id);
CREATE INDEX idx_1a11d1baba4269e ON dtb_product_class (delivery_duration_id);
COMMENT ON COLUMN dtb_product_class.create_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_product_class.update_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_product_stock (
  id serial NOT NULL,
  product_class_id integer,
  creator_id integer,
  stock numeric(10,0) DEFAULT NULL,
  create_date timestamp(0) with time zone NOT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX idx_bc6c9e4521b06187 ON dtb_product_stock (product_class_id);
CREATE INDEX idx_bc6c9e4561220ea6 ON dtb_product_stock (creator_id);
COMMENT ON COLUMN dtb_product_stock.create_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_product_stock.update_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_product_image (
  id serial NOT NULL,
  product_id integer,
  creator_id integer,
  file_name varchar(255) NOT NULL,
  sort_no smallint NOT NULL,
  create_date timestamp(0) with time zone NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX idx_3267cc7a4584665a ON dtb_product_image (product_id);
CREATE INDEX idx_3267cc7a61220ea6 ON dtb_product_image (creator_id);
COMMENT ON COLUMN dtb_product_image.create_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_product_category (
  product_id integer NOT NULL,
  category_id integer NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (product_id, category_id)
);
CREATE INDEX idx_b057789112469de2 ON dtb_product_category (category_id);
CREATE INDEX idx_b05778914584665a ON dtb_product_category (product_id);

CREATE TABLE dtb_tax_rule (
  id serial NOT NULL,
  product_class_id integer,
  creator_id integer,
  country_id smallint,
  pref_id smallint,
  product_id integer,
  rounding_type_id smallint,
  tax_rate numeric(10,0) DEFAULT '0' NOT NULL,
  tax_adjust numeric(10,0) DEFAULT '0' NOT NULL,
  apply_date timestamp(0) with time zone NOT NULL,
  create_date timestamp(0) with time zone NOT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX idx_59f696de1bd5c574 ON dtb_tax_rule (rounding_type_id);
CREATE INDEX idx_59f696de21b06187 ON dtb_tax_rule (product_class_id);
CREATE INDEX idx_59f696de4584665a ON dtb_tax_rule (product_id);
CREATE INDEX idx_59f696de61220ea6 ON dtb_tax_rule (creator_id);
CREATE INDEX idx_59f696dee171ef5f ON dtb_tax_rule (pref_id);
CREATE INDEX idx_59f696def92f3e70 ON dtb_tax_rule (country_id);
COMMENT ON COLUMN dtb_tax_rule.apply_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_tax_rule.create_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_tax_rule.update_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_customer (
  id serial NOT NULL,
  customer_status_id smallint,
  sex_id smallint,
  job_id smallint,
  country_id smallint,
  pref_id smallint,
  name01 varchar(255) NOT NULL,
  name02 varchar(255) NOT NULL,
  kana01 varchar(255) DEFAULT NULL,
  kana02 varchar(255) DEFAULT NULL,
  company_name varchar(255) DEFAULT NULL,
  postal_code varchar(8) DEFAULT NULL,
  addr01 varchar(255) DEFAULT NULL,
  addr02 varchar(255) DEFAULT NULL,
  email varchar(255) NOT NULL,
  phone_number varchar(14) DEFAULT NULL,
  birth timestamp(0) with time zone DEFAULT NULL,
  password varchar(255) NOT NULL,
  salt varchar(255) DEFAULT NULL,
  secret_key varchar(255) NOT NULL,
  first_buy_date timestamp(0) with time zone DEFAULT NULL,
  last_buy_date timestamp(0) with time zone DEFAULT NULL,
  buy_times numeric(10,0) DEFAULT '0',
  buy_total numeric(12,2) DEFAULT '0',
  note varchar(4000) DEFAULT NULL,
  reset_key varchar(255) DEFAULT NULL,
  reset_expire timestamp(0) with time zone DEFAULT NULL,
  point numeric(12,0) DEFAULT '0' NOT NULL,
  create_date timestamp(0) with time zone NOT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX dtb_customer_buy_times_idx ON dtb_customer (buy_times);
CREATE INDEX dtb_customer_buy_total_idx ON dtb_customer (buy_total);
CREATE INDEX dtb_customer_create_date_idx ON dtb_customer (create_date);
CREATE INDEX dtb_customer_email_idx ON dtb_customer (email);
CREATE INDEX dtb_customer_last_buy_date_idx ON dtb_customer (last_buy_date);
CREATE INDEX dtb_customer_update_date_idx ON dtb_customer (update_date);
CREATE INDEX idx_8298bbe35a2db2a0 ON dtb_customer (sex_id);
CREATE INDEX idx_8298bbe3be04ea9 ON dtb_customer (job_id);
CREATE INDEX idx_8298bbe3c00af8a7 ON dtb_customer (customer_status_id);
CREATE INDEX idx_8298bbe3e171ef5f ON dtb_customer (pref_id);
CREATE INDEX idx_8298bbe3f92f3e70 ON dtb_customer (country_id);
CREATE UNIQUE INDEX secret_key ON dtb_customer (secret_key);
COMMENT ON COLUMN dtb_customer.birth IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_customer.first_buy_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_customer.last_buy_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_customer.reset_expire IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_customer.create_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_customer.update_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_customer_address (
  id serial NOT NULL,
  customer_id integer,
  country_id smallint,
  pref_id smallint,
  name01 varchar(255) NOT NULL,
  name02 varchar(255) NOT NULL,
  kana01 varchar(255) DEFAULT NULL,
  kana02 varchar(255) DEFAULT NULL,
  company_name varchar(255) DEFAULT NULL,
  postal_code varchar(8) DEFAULT NULL,
  addr01 varchar(255) DEFAULT NULL,
  addr02 varchar(255) DEFAULT NULL,
  phone_number varchar(14) DEFAULT NULL,
  create_date timestamp(0) with time zone NOT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX idx_6c38c0f89395c3f3 ON dtb_customer_address (customer_id);
CREATE INDEX idx_6c38c0f8e171ef5f ON dtb_customer_address (pref_id);
CREATE INDEX idx_6c38c0f8f92f3e70 ON dtb_customer_address (country_id);
COMMENT ON COLUMN dtb_customer_address.create_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_customer_address.update_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_cart (
  id serial NOT NULL,
  customer_id integer,
  cart_key varchar(255) DEFAULT NULL,
  pre_order_id varchar(255) DEFAULT NULL,
  total_price numeric(12,2) DEFAULT '0' NOT NULL,
  delivery_fee_total numeric(12,2) DEFAULT '0' NOT NULL,
  sort_no smallint,
  create_date timestamp(0) with time zone NOT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  add_point numeric(12,0) DEFAULT '0' NOT NULL,
  use_point numeric(12,0) DEFAULT '0' NOT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX dtb_cart_pre_order_id_idx ON dtb_cart (pre_order_id);
CREATE INDEX dtb_cart_update_date_idx ON dtb_cart (update_date);
CREATE INDEX idx_fc3c24f09395c3f3 ON dtb_cart (customer_id);
COMMENT ON COLUMN dtb_cart.create_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_cart.update_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_cart_item (
  id serial NOT NULL,
  product_class_id integer,
  cart_id integer,
  price numeric(12,2) DEFAULT '0' NOT NULL,
  quantity numeric(10,0) DEFAULT '0' NOT NULL,
  point_rate numeric(10,0) DEFAULT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX idx_b0228f741ad5cdbf ON dtb_cart_item (cart_id);
CREATE INDEX idx_b0228f7421b06187 ON dtb_cart_item (product_class_id);

CREATE TABLE dtb_order (
  id serial NOT NULL,
  customer_id integer,
  country_id smallint,
  pref_id smallint,
  sex_id smallint,
  job_id smallint,
  payment_id integer,
  device_type_id smallint,
  pre_order_id varchar(255) DEFAULT NULL,
  order_no varchar(255) DEFAULT NULL,
  message varchar(4000) DEFAULT NULL,
  name01 varchar(255) NOT NULL,
  name02 varchar(255) NOT NULL,
  kana01 varchar(255) DEFAULT NULL,
  kana02 varchar(255) DEFAULT NULL,
  company_name varchar(255) DEFAULT NULL,
  email varchar(255) DEFAULT NULL,
  phone_number varchar(14) DEFAULT NULL,
  postal_code varchar(8) DEFAULT NULL,
  addr01 varchar(255) DEFAULT NULL,
  addr02 varchar(255) DEFAULT NULL,
  birth timestamp(0) with time zone DEFAULT NULL,
  subtotal numeric(12,2) DEFAULT '0' NOT NULL,
  discount numeric(12,2) DEFAULT '0' NOT NULL,
  delivery_fee_total numeric(12,2) DEFAULT '0' NOT NULL,
  charge numeric(12,2) DEFAULT '0' NOT NULL,
  tax numeric(12,2) DEFAULT '0' NOT NULL,
  total numeric(12,2) DEFAULT '0' NOT NULL,
  payment_total numeric(12,2) DEFAULT '0' NOT NULL,
  payment_method varchar(255) DEFAULT NULL,
  note varchar(4000) DEFAULT NULL,
  create_date timestamp(0) with time zone NOT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  order_date timestamp(0) with time zone DEFAULT NULL,
  payment_date timestamp(0) with time zone DEFAULT NULL,
  currency_code varchar(255) DEFAULT NULL,
  complete_message text,
  complete_mail_message text,
  add_point numeric(12,0) DEFAULT '0' NOT NULL,
  use_point numeric(12,0) DEFAULT '0' NOT NULL,
  order_status_id smallint,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX dtb_order_email_idx ON dtb_order (email);
CREATE INDEX dtb_order_order_date_idx ON dtb_order (order_date);
CREATE INDEX dtb_order_order_no_idx ON dtb_order (order_no);
CREATE INDEX dtb_order_payment_date_idx ON dtb_order (payment_date);
CREATE UNIQUE INDEX dtb_order_pre_order_id_idx ON dtb_order (pre_order_id);
CREATE INDEX dtb_order_update_date_idx ON dtb_order (update_date);
CREATE INDEX idx_1d66d8074c3a3bb ON dtb_order (payment_id);
CREATE INDEX idx_1d66d8074ffa550e ON dtb_order (device_type_id);
CREATE INDEX idx_1d66d8075a2db2a0 ON dtb_order (sex_id);
CREATE INDEX idx_1d66d8079395c3f3 ON dtb_order (customer_id);
CREATE INDEX idx_1d66d807be04ea9 ON dtb_order (job_id);
CREATE INDEX idx_1d66d807d7707b45 ON dtb_order (order_status_id);
CREATE INDEX idx_1d66d807e171ef5f ON dtb_order (pref_id);
CREATE INDEX idx_1d66d807f92f3e70 ON dtb_order (country_id);
COMMENT ON COLUMN dtb_order.birth IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_order.create_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_order.update_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_order.order_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_order.payment_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_shipping (
  id serial NOT NULL,
  order_id integer,
  country_id smallint,
  pref_id smallint,
  delivery_id integer,
  creator_id integer,
  name01 varchar(255) NOT NULL,
  name02 varchar(255) NOT NULL,
  kana01 varchar(255) DEFAULT NULL,
  kana02 varchar(255) DEFAULT NULL,
  company_name varchar(255) DEFAULT NULL,
  phone_number varchar(14) DEFAULT NULL,
  postal_code varchar(8) DEFAULT NULL,
  addr01 varchar(255) DEFAULT NULL,
  addr02 varchar(255) DEFAULT NULL,
  delivery_name varchar(255) DEFAULT NULL,
  time_id integer,
  delivery_time varchar(255) DEFAULT NULL,
  delivery_date timestamp(0) with time zone DEFAULT NULL,
  shipping_date timestamp(0) with time zone DEFAULT NULL,
  tracking_number varchar(255) DEFAULT NULL,
  note varchar(4000) DEFAULT NULL,
  sort_no smallint,
  create_date timestamp(0) with time zone NOT NULL,
  update_date timestamp(0) with time zone NOT NULL,
  mail_send_date timestamp(0) with time zone DEFAULT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX idx_2ebd22ce12136921 ON dtb_shipping (delivery_id);
CREATE INDEX idx_2ebd22ce61220ea6 ON dtb_shipping (creator_id);
CREATE INDEX idx_2ebd22ce8d9f6d38 ON dtb_shipping (order_id);
CREATE INDEX idx_2ebd22cee171ef5f ON dtb_shipping (pref_id);
CREATE INDEX idx_2ebd22cef92f3e70 ON dtb_shipping (country_id);
COMMENT ON COLUMN dtb_shipping.delivery_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_shipping.shipping_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_shipping.create_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_shipping.update_date IS '(DC2Type:datetimetz)';
COMMENT ON COLUMN dtb_shipping.mail_send_date IS '(DC2Type:datetimetz)';

CREATE TABLE dtb_order_item (
  id serial NOT NULL,
  order_id integer,
  product_id integer,
  product_class_id integer,
  shipping_id integer,
  rounding_type_id smallint,
  tax_type_id smallint,
  tax_display_type_id smallint,
  order_item_type_id smallint,
  product_name varchar(255) NOT NULL,
  product_code varchar(255) DEFAULT NULL,
  class_name1 varchar(255) DEFAULT NULL,
  class_name2 varchar(255) DEFAULT NULL,
  class_category_name1 varchar(255) DEFAULT NULL,
  class_category_name2 varchar(255) DEFAULT NULL,
  price numeric(12,2) DEFAULT '0' NOT NULL,
  quantity numeric(10,0) DEFAULT '0' NOT NULL,
  tax numeric(10,0) DEFAULT '0' NOT NULL,
  tax_rate numeric(10,0) DEFAULT '0' NOT NULL,
  tax_adjust numeric(10,0) DEFAULT '0' NOT NULL,
  tax_rule_id smallint,
  currency_code varchar(255) DEFAULT NULL,
  processor_name varchar(255) DEFAULT NULL,
  point_rate numeric(10,0) DEFAULT NULL,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX idx_a0c8c3ed1bd5c574 ON dtb_order_item (rounding_type_id);
CREATE INDEX idx_a0c8c3ed21b06187 ON dtb_order_item (product_class_id);
CREATE INDEX idx_a0c8c3ed4584665a ON dtb_order_item (product_id);
CREATE INDEX idx_a0c8c3ed4887f3f8 ON dtb_order_item (shipping_id);
CREATE INDEX idx_a0c8c3ed84042c99 ON dtb_order_item (tax_type_id);
CREATE INDEX idx_a0c8c3ed8d9f6d38 ON dtb_order_item (order_id);
CREATE INDEX idx_a0c8c3eda2505856 ON dtb_order_item (tax_display_type_id);
CREATE INDEX idx_a0c8c3edcad13ead ON dtb_order_item (order_item_type_id);

CREATE TABLE dtb_mail_history (
  id serial NOT NULL,
  order_id integer,
  creator_id integer,
  send_date timestamp(0) with time zone DEFAULT NULL,
  mail_subject varchar(255) DEFAULT NULL,
  mail_body text,
  mail_html_body text,
  discriminator_type varchar(255) NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX idx_4870ab1161220ea6 ON dtb_mail_history (creator_id);
CREATE INDEX idx_4870ab118d9f6d38 ON dtb_mail_history (order_id);
COMMENT ON COLUMN dtb_mail_history.send_date IS '(DC2Type:datetimetz)';

ALTER TABLE dtb_member
  ADD CONSTRAINT fk_10bc3be661220ea6 FOREIGN KEY (creator_id) REFERENCES dtb_member(id),
  ADD CONSTRAINT fk_10bc3be681ec865b FOREIGN KEY (authority_id) REFERENCES mtb_authority(id),
  ADD CONSTRAINT fk_10bc3be6bb3453db FOREIGN KEY (work_id) REFERENCES mtb_work(id);
ALTER TABLE dtb_authority_role
  ADD CONSTRAINT fk_4a1f70b161220ea6 FOREIGN KEY (creator_id) REFERENCES dtb_member(id),
  ADD CONSTRAINT fk_4a1f70b181ec865b FOREIGN KEY (authority_id) REFERENCES mtb_authority(id);
ALTER TABLE dtb_login_history
  ADD CONSTRAINT fk_6191dd4f7597d3fe FOREIGN KEY (member_id) REFERENCES dtb_member(id) ON DELETE SET NULL,
  ADD CONSTRAINT fk_6191dd4f9fa62fdd FOREIGN KEY (login_history_status_id) REFERENCES mtb_login_history_status(id);
ALTER TABLE dtb_base_info
  ADD CONSTRAINT fk_1d3655f4e171ef5f FOREIGN KEY (pref_id) REFERENCES mtb_pref(id),
  ADD CONSTRAINT fk_1d3655f4f92f3e70 FOREIGN KEY (country_id) REFERENCES mtb_country(id);
ALTER TABLE dtb_page
  ADD CONSTRAINT fk_e3951a67d0618e8c FOREIGN KEY (master_page_id) REFERENCES dtb_page(id);
ALTER TABLE dtb_csv
  ADD CONSTRAINT fk_f55f48c361220ea6 FOREIGN KEY (creator_id) REFERENCES dtb_member(id),
  ADD CONSTRAINT fk_f55f48c3e8507796 FOREIGN KEY (csv_type_id) REFERENCES mtb_csv_type(id);
ALTER TABLE dtb_mail_template
  ADD CONSTRAINT fk_1cb16db261220ea6 FOREIGN KEY (creator_id) REFERENCES dtb_member(id);
ALTER TABLE dtb_payment
  ADD CONSTRAINT fk_7aff628f61220ea6 FOREIGN KEY (creator_id) REFERENCES dtb_member(id);
ALTER TABLE dtb_delivery
  ADD CONSTRAINT fk_3420d9fa61220ea6 FOREIGN KEY (creator_id) REFERENCES dtb_member(id),
  ADD CONSTRAINT fk_3420d9fab0524e01 FOREIGN KEY (sale_type_id) REFERENCES mtb_sale_type(id);
ALTER TABLE dtb_delivery_fee
  ADD CONSTRAINT fk_491552412136921 FOREIGN KEY (delivery_id) REFERENCES dtb_delivery(id),
  ADD CONSTRAINT fk_4915524e171ef5f FOREIGN KEY (pref_id) REFERENCES mtb_pref(id);
ALTER TABLE dtb_delivery_time
  ADD CONSTRAINT fk_e80ee3a612136921 FOREIGN KEY (delivery_id) REFERENCES dtb_delivery(id);
ALTER TABLE dtb_payment_option
  ADD CONSTRAINT fk_5631540d12136921 FOREIGN KEY (delivery_id) REFERENCES dtb_delivery(id),
  ADD CONSTRAINT fk_5631540d4c3a3bb FOREIGN KEY (payment_id) REFERENCES dtb_payment(id);
ALTER TABLE dtb_class_name
  ADD CONSTRAINT fk_187c95ad61220ea6 FOREIGN KEY (creator_id) REFERENCES dtb_member(id);
ALTER TABLE dtb_class_category
  ADD CONSTRAINT fk_9b0d1dba61220ea6 FOREIGN KEY (creator_id) REFERENCES dtb_member(id),
  ADD CONSTRAINT fk_9b0d1dbab462fb2a FOREIGN KEY (class_name_id) REFERENCES dtb_class_name(id);
ALTER TABLE dtb_category
  ADD CONSTRAINT fk_5ed2c2b61220ea6 FOREIGN KEY (creator_id) REFERENCES dtb_member(id),
  ADD CONSTRAINT fk_5ed2c2b796a8f92 FOREIGN KEY (parent_category_id) REFERENCES dtb_category(id);
ALTER TABLE dtb_product
  ADD CONSTRAINT fk_c49de22f557b630 FOREIGN KEY (product_status_id) REFERENCES mtb_product_status(id),
  ADD CONSTRAINT fk_c49de22f61220ea6 FOREIGN KEY (creator_id) REFERENCES dtb_member(id);
ALTER TABLE dtb_product_class
  ADD CONSTRAINT fk_1a11d1ba248d128 FOREIGN KEY (class_category_id1) REFERENCES dtb_class_category(id),
  ADD CONSTRAINT fk_1a11d1ba4584665a FOREIGN KEY (product_id) REFERENCES dtb_product(id),
  ADD CONSTRAINT fk_1a11d1ba61220ea6 FOREIGN KEY (creator_id) REFERENCES dtb_member(id),
  ADD CONSTRAINT fk_1a11d1ba9b418092 FOREIGN KEY (class_category_id2) REFERENCES dtb_class_category(id),
  ADD CONSTRAINT fk_1a11d1bab0524e01 FOREIGN KEY (sale_type_id) REFERENCES mtb_sale_type(id),
  ADD CONSTRAINT fk_1a11d1baba4269e FOREIGN KEY (delivery_duration_id) REFERENCES dtb_delivery_duration(id);
ALTER TABLE dtb_product_stock
  ADD CONSTRAINT fk_bc6c9e4521b06187 FOREIGN KEY (product_class_id) REFERENCES dtb_product_class(id),
  ADD CONSTRAINT fk_bc6c9e4561220ea6 FOREIGN KEY (creator_id) REFERENCES dtb_member(id);
ALTER TABLE dtb_product_image
  ADD CONSTRAINT fk_3267cc7a4584665a FOREIGN KEY (product_id) REFERENCES dtb_product(id),
  ADD CONSTRAINT fk_3267cc7a61220ea6 FOREIGN KEY (creator_id) REFERENCES dtb_member(id);
ALTER TABLE dtb_product_category
  ADD CONSTRAINT fk_b057789112469de2 FOREIGN KEY (category_id) REFERENCES dtb_category(id),
  ADD CONSTRAINT fk_b05778914584665a FOREIGN KEY (product_id) REFERENCES dtb_product(id);
ALTER TABLE dtb_tax_rule
  ADD CONSTRAINT fk_59f696de1bd5c574 FOREIGN KEY (rounding_type_id) REFERENCES mtb_rounding_type(id),
  ADD CONSTRAINT fk_59f696de21b06187 FOREIGN KEY (product_class_id) REFERENCES dtb_product_class(id),
  ADD CONSTRAINT fk_59f696de4584665a FOREIGN KEY (product_id) REFERENCES dtb_product(id),
  ADD CONSTRAINT fk_59f696de61220ea6 FOREIGN KEY (creator_id) REFERENCES dtb_member(id),
  ADD CONSTRAINT fk_59f696dee171ef5f FOREIGN KEY (pref_id) REFERENCES mtb_pref(id),
  ADD CONSTRAINT fk_59f696def92f3e70 FOREIGN KEY (country_id) REFERENCES mtb_country(id);
ALTER TABLE dtb_customer
  ADD CONSTRAINT fk_8298bbe35a2db2a0 FOREIGN KEY (sex_id) REFERENCES mtb_sex(id),
  ADD CONSTRAINT fk_8298bbe3be04ea9 FOREIGN KEY (job_id) REFERENCES mtb_job(id),
  ADD CONSTRAINT fk_8298bbe3c00af8a7 FOREIGN KEY (customer_status_id) REFERENCES mtb_customer_status(id),
  ADD CONSTRAINT fk_8298bbe3e171ef5f FOREIGN KEY (pref_id) REFERENCES mtb_pref(id),
  ADD CONSTRAINT fk_8298bbe3f92f3e70 FOREIGN KEY (country_id) REFERENCES mtb_country(id);
ALTER TABLE dtb_customer_address
  ADD CONSTRAINT fk_6c38c0f89395c3f3 FOREIGN KEY (customer_id) REFERENCES dtb_customer(id),
  ADD CONSTRAINT fk_6c38c0f8e171ef5f FOREIGN KEY (pref_id) REFERENCES mtb_pref(id),
  ADD CONSTRAINT fk_6c38c0f8f92f3e70 FOREIGN KEY (country_id) REFERENCES mtb_country(id);
ALTER TABLE dtb_cart
  ADD CONSTRAINT fk_fc3c24f09395c3f3 FOREIGN KEY (customer_id) REFERENCES dtb_customer(id);
ALTER TABLE dtb_cart_item
  ADD CONSTRAINT fk_b0228f741ad5cdbf FOREIGN KEY (cart_id) REFERENCES dtb_cart(id) ON DELETE CASCADE,
  ADD CONSTRAINT fk_b0228f7421b06187 FOREIGN KEY (product_class_id) REFERENCES dtb_product_class(id);
ALTER TABLE dtb_order
  ADD CONSTRAINT fk_1d66d8074c3a3bb FOREIGN KEY (payment_id) REFERENCES dtb_payment(id),
  ADD CONSTRAINT fk_1d66d8074ffa550e FOREIGN KEY (device_type_id) REFERENCES mtb_device_type(id),
  ADD CONSTRAINT fk_1d66d8075a2db2a0 FOREIGN KEY (sex_id) REFERENCES mtb_sex(id),
  ADD CONSTRAINT fk_1d66d8079395c3f3 FOREIGN KEY (customer_id) REFERENCES dtb_customer(id),
  ADD CONSTRAINT fk_1d66d807be04ea9 FOREIGN KEY (job_id) REFERENCES mtb_job(id),
  ADD CONSTRAINT fk_1d66d807e171ef5f FOREIGN KEY (pref_id) REFERENCES mtb_pref(id),
  ADD CONSTRAINT fk_1d66d807f92f3e70 FOREIGN KEY (country_id) REFERENCES mtb_country(id);
ALTER TABLE dtb_shipping
  ADD CONSTRAINT fk_2ebd22ce12136921 FOREIGN KEY (delivery_id) REFERENCES dtb_delivery(id),
  ADD CONSTRAINT fk_2ebd22ce61220ea6 FOREIGN KEY (creator_id) REFERENCES dtb_member(id),
  ADD CONSTRAINT fk_2ebd22ce8d9f6d38 FOREIGN KEY (order_id) REFERENCES dtb_order(id),
  ADD CONSTRAINT fk_2ebd22cee171ef5f FOREIGN KEY (pref_id) REFERENCES mtb_pref(id),
  ADD CONSTRAINT fk_2ebd22cef92f3e70 FOREIGN KEY (country_id) REFERENCES mtb_country(id);
ALTER TABLE dtb_order_item
  ADD CONSTRAINT fk_a0c8c3ed1bd5c574 FOREIGN KEY (rounding_type_id) REFERENCES mtb_rounding_type(id),
  ADD CONSTRAINT fk_a0c8c3ed21b06187 FOREIGN KEY (product_class_id) REFERENCES dtb_product_class(id),
  ADD CONSTRAINT fk_a0c8c3ed4584665a FOREIGN KEY (product_id) REFERENCES dtb_product(id),
  ADD CONSTRAINT fk_a0c8c3ed4887f3f8 FOREIGN KEY (shipping_id) REFERENCES dtb_shipping(id),
  ADD CONSTRAINT fk_a0c8c3ed84042c99 FOREIGN KEY (tax_type_id) REFERENCES mtb_tax_type(id),
  ADD CONSTRAINT fk_a0c8c3ed8d9f6d38 FOREIGN KEY (order_id) REFERENCES dtb_order(id),
  ADD CONSTRAINT fk_a0c8c3eda2505856 FOREIGN KEY (tax_display_type_id) REFERENCES mtb_tax_display_type(id),
  ADD CONSTRAINT fk_a0c8c3edcad13ead FOREIGN KEY (order_item_type_id) REFERENCES mtb_order_item_type(id);
ALTER TABLE dtb_mail_history
  ADD CONSTRAINT fk_4870ab1161220ea6 FOREIGN KEY (creator_id) REFERENCES dtb_member(id),
  ADD CONSTRAINT fk_4870ab118d9f6d38 FOREIGN KEY (order_id) REFERENCES dtb_order(id);
