// The care settings senders are of, in words, and the products that can be taken from some of them only.
// spec: national-service ORG-01, DCC-03
export const settingProducts: readonly string[] = [
  'update-record',
  'send-document',
  'vaccination',
  'emergency-supply',
  'online-consultation',
];

export const careSettingWords: Readonly<Record<string, string>> = {
  pharmacy: 'Community pharmacies',
  nhs111: 'NHS 111',
  'acute-emergency': 'Urgent and emergency care',
  'secondary-elective': 'Hospitals: planned care',
  ambulance: 'Ambulance services',
  'gp-practice': 'Other GP practices',
  'gp-hub-pcn-ics': 'GP hubs and primary care networks',
  'ahp-community': 'Community and allied health services',
  'mental-health': 'Mental health services',
  'care-home': 'Care homes',
  'social-care': 'Social care',
  hospice: 'Hospices',
  dentistry: 'Dentists',
  optometry: 'Opticians',
  'medical-examiner': 'Medical examiners',
  'private-provider': 'Private providers',
};
