// Pools of invented names and places. No name stands for a real person or organisation.

const words = (text: string): string[] => text.trim().split(/\s+/);
const phrases = (text: string): string[] => text.split(',').map((phrase) => phrase.trim());

export const femaleNames = words(`
  Alda Bronwen Clemency Delphine Edith Farida Gwenda Hester Imogen Jocelyn Kezia Leonie Maribel
  Nadira Ottilie Petra Quenby Rosalind Saffron Tamsin Una Verity Winifred Xanthe Yasmin Zelda
  Amara Beatrix Cordelia Dilys Esme Flora Greta Harriet Isla Juno Keira Linnea Meera Niamh`);
export const maleNames = words(`
  Alaric Bertram Caspian Dorian Edmund Faisal Gareth Hamish Idris Jasper Kieran Lorcan Magnus
  Nikhil Oswin Piers Quentin Rufus Silas Tobias Umar Vaughan Wilfred Xavier Yorick Zubair Anselm
  Barnaby Crispin Desmond Emlyn Fergus Gideon Hector Ivor Jolyon Kenji Lennox Merrick Noel`);
export const familyNames = words(`
  Ashgrove Bellweather Coppergate Dunmarsh Eastlow Fernhurst Garthwood Hollowell Inglefield
  Juniperson Kettlewood Larchmoor Merrowdale Netherby Oakenshaw Plumtree Quarrington Ravensworth
  Saltmarsh Thistledown Underhay Vellacott Wintersgill Yarrowby Applegarth Birkbeckson Cindertop
  Drystone Elmstead Foxcroft Greymoor Heatherlow Ironbridge Jessamy Kingsfold Lambourne Millrace
  Northgale Orchardson Pennywell Quillfeather Rushbrook Sandalwood Tarnside Umberleigh Vineyard
  Whinberry Yewdale Adeyemi-Lowe Banerjee-Croft Chowdhury Okonkwo Patelford Rahmanson
  Szymanska-Hill Zielinski`);
export const staffFamilyNames = words(`
  Abbotsway Brackenrigg Calderwood Dovecote Everglade Fairweather Gorseland Hazelrigg Ivelet
  Jackdaw Kestrel Lapwing Marchbank Nightjar Ouseburn Pipistrelle Redstart Swaledale Turnstone
  Upperby Vanbrook Wagtail Yaffle Zennor`);
export const streets = phrases(`
  Mill Lane, Chapel Street, Orchard Row, Station Road, Tannery Close, Weavers Court, Quarry Hill,
  Lime Avenue, Harbour View, Sycamore Drive, Fell Road, Abbey Walk, Brick Kiln Lane, Canal Side`);
export const surnamesOfSurgeries = phrases(`
  Mill Lane, Harbour, Limetree, Old Station, Fellside, Riverbank, Abbeyfield, Market Square,
  Quarry Hill, Cornmill, Westgate, Lakeside, Priory, Sandpiper, Hawthorn, Canal Street, Beacon,
  Meadowcroft, Tollgate, Bridge End, Kingfisher, Stonebeck, Elmwood, Tideswell Road, Foundry,
  Cathedral Close, Greenhow, Lantern, Saddlers, Windmill, Ropewalk, Northfield`);

/** Invented towns; the postcodes use ZZ99, which no address has. */
export const towns: readonly { name: string; district: string; postcode: string }[] = [
  { name: 'Middleham Cross', district: 'North Fellshire', postcode: 'ZZ99 1A' },
  { name: 'Whitsea', district: 'Saltcoast', postcode: 'ZZ99 2B' },
  { name: 'Harrowby Bridge', district: 'North Fellshire', postcode: 'ZZ99 3C' },
  { name: 'Marlcombe', district: 'Westmere', postcode: 'ZZ99 4D' },
  { name: 'Eastwick Vale', district: 'Saltcoast', postcode: 'ZZ99 5E' },
  { name: 'Brockhurst', district: 'Westmere', postcode: 'ZZ99 6F' },
  { name: 'Thornaby Green', district: 'Millshire', postcode: 'ZZ99 7G' },
  { name: 'Ludgrove', district: 'Millshire', postcode: 'ZZ99 8H' },
];
