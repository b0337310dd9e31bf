/**
 * Raw material of believable text: stems and endings by language. A few dozen stems times endings give some hundred
 * word forms, enough that mail compresses like mail and not like a pattern.
 */
import type { Language } from '../directory/names.ts';

export interface Vocabulary {
  stems: readonly string[];
  endings: readonly string[];
  small: readonly string[];
  /** Between words; Japanese has none. */
  gap: string;
  stop: string;
  greeting: string;
  farewell: string;
  subjects: readonly string[];
}

const words = (text: string): string[] => text.split(' ');

export const vocabularies: Readonly<Record<Language, Vocabulary>> = {
  de: {
    stems: words(
      'Angebot Rechnung Lieferung Termin Projekt Vertrag Besprechung Prüfung Änderung Zeichnung Maschine Anlage Werkstoff Kunde Bestellung Größe Übergabe Verfügbarkeit Messgerät Schulung Freigabe Unterlage Kostenstelle Abnahme Wartung Ersatzteil Rückmeldung Montage Förderband Lösung Qualität Verspätung Gewährleistung Steuerung Antrieb Einkauf Vertrieb Fertigung Lager Entwurf',
    ),
    endings: words(
      's en ung sliste splan stag sbericht sstand snummer swoche sfrage steam skosten sgrund sdatum',
    ),
    small: words(
      'der die das und ist nicht mit auf für wir Sie haben werden bitte noch auch bis zum zur über nach können möchten gern wie im am von dass schon heute morgen',
    ),
    gap: ' ',
    stop: '.',
    greeting: 'Sehr geehrte Damen und Herren,',
    farewell: 'Mit freundlichen Grüßen',
    subjects: [
      'Angebot für Förderband',
      'Rückfrage zur Rechnung',
      'Terminverschiebung',
      'Prüfprotokoll Anlage',
      'Änderung der Zeichnung',
      'Einladung: Übergabe',
    ],
  },
  fr: {
    stems: words(
      'livraison facture réunion projet contrat commande délai échéance matériel chantier équipe modèle contrôle rapport dossier pièce réponse client réception entretien machine montage devis qualité budget bureau équipement schéma vérification clôture avenant référence étude garantie atelier façade',
    ),
    endings: words('s e es ment able eur age ique ale tion'),
    small: words(
      'le la les de des et en pour avec nous vous que qui dans sur pas plus être avons merci afin dès déjà où votre notre cette',
    ),
    gap: ' ',
    stop: '.',
    greeting: 'Bonjour à tous,',
    farewell: 'Bien cordialement',
    subjects: [
      'Réception de la commande',
      'Délai de livraison',
      'Compte rendu de réunion',
      'Devis n°',
      'Contrôle qualité',
      'Avenant au contrat',
    ],
  },
  ja: {
    stems: words(
      '納期 見積 会議 図面 契約 資料 確認 変更 注文 部品 製品 品質 検査 工場 設備 出荷 請求 予定 担当 連絡 報告 対応 添付 送付 回答 打合せ 保守 点検 仕様 価格',
    ),
    endings: words(
      'の は を に が と で について から まで より です ます ください でした ました として による において',
    ),
    small: words('この その また なお 至急 来週 本日 先日 弊社 御社 何卒 以下 上記 ただし'),
    gap: '',
    stop: '。',
    greeting: 'いつもお世話になっております。',
    farewell: 'よろしくお願いいたします。',
    subjects: [
      'お見積りの件',
      '納期変更のお知らせ',
      '会議資料の送付',
      '請求書のご確認',
      '図面の改訂について',
    ],
  },
  ru: {
    stems: words(
      'договор поставк счет проект встреч чертеж оборудован качеств проверк заказ срок документ изменен монтаж деталь склад станок отчет оплат вопрос график смен участ испытан обучен гаранти',
    ),
    endings: words('а ы е у ом ов ам ами ах ия ию ием ного ной'),
    small: words('и в на не с по мы вы для что как это уже или при будет просим также сегодня завтра нужно'),
    gap: ' ',
    stop: '.',
    greeting: 'Добрый день, уважаемые коллеги!',
    farewell: 'С уважением',
    subjects: [
      'Договор поставки',
      'Счёт на оплату',
      'Изменение чертежа',
      'График испытаний',
      'Перенос встречи',
    ],
  },
  ar: {
    stems: words(
      'عقد فاتورة اجتماع مشروع طلب تسليم تقرير موعد جودة مصنع قطعة صيانة عرض سعر مخطط فحص تدريب مكتب شحنة دفعة ضمان',
    ),
    endings: words('ات ة ين ون كم نا ها هم ي'),
    small: words('في من على إلى هذا هذه مع أن نحن يرجى شكرا قبل بعد اليوم غدا حول كما'),
    gap: ' ',
    stop: '.',
    greeting: 'السلام عليكم ورحمة الله،',
    farewell: 'مع أطيب التحيات',
    subjects: ['عرض السعر', 'موعد الاجتماع', 'تأكيد الطلب', 'تقرير الفحص', 'فاتورة الشحنة'],
  },
  en: {
    stems: words(
      'order invoice delivery meeting project contract drawing machine schedule quote supplier customer change review budget account material sample training approval warehouse shipment design report issue question release quality service request update summary payment inspection handover site contact agenda offer plan draft',
    ),
    endings: words('s ed ing er ment al ly list date note'),
    small: words(
      'the a to of and in is for we you with that this on it be are have will as please can our your not from by at if would',
    ),
    gap: ' ',
    stop: '.',
    greeting: 'Hello everyone,',
    farewell: 'Kind regards',
    subjects: [
      'Order confirmation',
      'Question about the invoice',
      'Minutes of the meeting',
      'Delivery schedule',
      'Quarterly review',
      'Updated drawing',
    ],
  },
};
