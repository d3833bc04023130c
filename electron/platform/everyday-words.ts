/** What stands in every other message and in no German dictionary of 2016: loan words with their everyday forms, sounds, and names of what everybody has. As in a dictionary, small ones may be written large. */
const words = `
ok Ok OK sorry nice easy happy wow hey hi bye ciao tschau please yeah yep nope jep jo nee nö na hm hmm äh ähm ups aha haha hihi hehe lol omg btw asap sowas mega rüber
App Apps Tablet Tablets Emoji Emojis Tab Tabs Post Posts Story Stories Stream Streams Meme Memes GIF GIFs Gif Gifs Hashtag Hashtags Follower Followern Influencer Influencerin Bots Fake Fakes Powerbank
QR KI MMS Date Dates Gym Lunch Burger Burgern Smoothie Smoothies Shopping To-do To-dos Homeoffice Home-Office Lockdown Corona Covid Omi Mami Schatzi
checken checke checkst checkt checkte gecheckt chillen chille chillst chillt chillte gechillt chillig chillige liken like likst likt gelikt streamen streame streamst streamt streamte gestreamt
posten poste postest postet postete gepostet daten date datest datet gedatet shoppen shoppe shoppst shoppt shoppte geshoppt mailen maile mailst mailt mailte gemailt updaten geupdatet downloaden gedownloadet
WhatsApp Instagram Insta Telegram Threema TikTok Netflix Spotify Skype Discord Reddit GitHub Gmail Outlook PowerPoint ChatGPT PayPal eBay iPhone iPhones iPad iPads iCloud iMessage MacBook AirPods
Rewe REWE Lidl Ikea IKEA Rossmann MediaMarkt DHL DPD Uber Airbnb Tesla Keyshift
`;

const known: ReadonlySet<string> = new Set(words.split(/\s+/));

export function isEveryday(word: string): boolean {
  // At the beginning of a sentence.
  return word !== '' && (known.has(word) || (/^\p{Lu}\p{Ll}+$/u.test(word) && known.has(word.toLowerCase())));
}
