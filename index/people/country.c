/*
 * country.c - countries by name and code.
 *
 * Codes and names are those of ISO 3166-1, and what else people call a country; numbers are those
 * of the terms of GAZ that mean it, or a part of it that people name as their country.
 */
#include "index/people/country.h"

#include <string.h>
#include <strings.h>

#include "index/terms/curie.h"

static const struct country {
    const char *code;
    const char *code3;
    const char *gaz;   /* numbers with blanks between them */
    const char *names; /* with bars between them */
} countries[] = {
    {"AD", "AND", "2948", "Andorra|Principality of Andorra"},
    {"AE", "ARE", "5282", "United Arab Emirates"},
    {"AF", "AFG", "6882", "Afghanistan|Islamic Republic of Afghanistan"},
    {"AG", "ATG", "6883", "Antigua and Barbuda"},
    {"AI", "AIA", "9159", "Anguilla"},
    {"AL", "ALB", "2953", "Albania|Republic of Albania"},
    {"AM", "ARM", "4094", "Armenia|Republic of Armenia"},
    {"AO", "AGO", "1095", "Angola|Republic of Angola"},
    {"AQ", "ATA", "462", "Antarctica"},
    {"AR", "ARG", "2928", "Argentina|Argentine Republic"},
    {"AS", "ASM", "3957", "American Samoa"},
    {"AT", "AUT", "2942", "Austria|Republic of Austria|Osterreich"},
    {"AU", "AUS", "463", "Australia"},
    {"AW", "ABW", "4025", "Aruba"},
    {"AX", "ALA", "", "Åland Islands|Aland Islands|Aland"},
    {"AZ", "AZE", "4941", "Azerbaijan|Republic of Azerbaijan"},
    {"BA", "BIH", "6887", "Bosnia and Herzegovina|Republic of Bosnia and Herzegovina"},
    {"BB", "BRB", "1251", "Barbados"},
    {"BD", "BGD", "3750", "Bangladesh|People's Republic of Bangladesh"},
    {"BE", "BEL", "2938", "Belgium|Kingdom of Belgium"},
    {"BF", "BFA", "905", "Burkina Faso"},
    {"BG", "BGR", "2950", "Bulgaria|Republic of Bulgaria"},
    {"BH", "BHR", "5281", "Bahrain|Kingdom of Bahrain"},
    {"BI", "BDI", "1090", "Burundi|Republic of Burundi"},
    {"BJ", "BEN", "904", "Benin|Republic of Benin"},
    {"BL", "BLM", "", "Saint Barthélemy|Saint Barthelemy"},
    {"BM", "BMU", "1264", "Bermuda"},
    {"BN", "BRN", "3901", "Brunei Darussalam|Brunei"},
    {"BO", "BOL", "2511", "Bolivia, Plurinational State of|Bolivia|Plurinational State of Bolivia"},
    {"BQ", "BES", "", "Bonaire, Sint Eustatius and Saba"},
    {"BR", "BRA", "2828", "Brazil|Federative Republic of Brazil"},
    {"BS", "BHS", "2733", "Bahamas|Commonwealth of the Bahamas|The Bahamas"},
    {"BT", "BTN", "3920", "Bhutan|Kingdom of Bhutan"},
    {"BV", "BVT", "1453", "Bouvet Island"},
    {"BW", "BWA", "1097", "Botswana|Republic of Botswana"},
    {"BY", "BLR", "6886", "Belarus|Republic of Belarus"},
    {"BZ", "BLZ", "2934", "Belize"},
    {"CA", "CAN", "2560", "Canada"},
    {"CC", "CCK", "9721", "Cocos (Keeling) Islands|Cocos Islands"},
    {"CD", "COD", "1086",
     "Congo, The Democratic Republic of the|Democratic Republic of the Congo|DR Congo"},
    {"CF", "CAF", "1089", "Central African Republic"},
    {"CG", "COG", "1088", "Congo|Republic of the Congo|Congo-Brazzaville"},
    {"CH", "CHE", "2941", "Switzerland|Swiss Confederation"},
    {"CI", "CIV", "906", "Côte d'Ivoire|Republic of Côte d'Ivoire|Cote d'Ivoire|Ivory Coast"},
    {"CK", "COK", "53798", "Cook Islands"},
    {"CL", "CHL", "2825", "Chile|Republic of Chile"},
    {"CM", "CMR", "1093", "Cameroon|Republic of Cameroon"},
    {"CN", "CHN", "2845", "China|People's Republic of China"},
    {"CO", "COL", "2929", "Colombia|Republic of Colombia"},
    {"CR", "CRI", "2901", "Costa Rica|Republic of Costa Rica"},
    {"CU", "CUB", "3762", "Cuba|Republic of Cuba"},
    {"CV", "CPV", "1227", "Cabo Verde|Republic of Cabo Verde|Cape Verde"},
    {"CW", "CUW", "12582", "Curaçao|Curacao"},
    {"CX", "CXR", "5915", "Christmas Island"},
    {"CY", "CYP", "4006", "Cyprus|Republic of Cyprus"},
    {"CZ", "CZE", "2954", "Czechia|Czech Republic"},
    {"DE", "DEU", "2646", "Germany|Federal Republic of Germany|Deutschland"},
    {"DJ", "DJI", "582", "Djibouti|Republic of Djibouti"},
    {"DK", "DNK", "5852 2635", "Denmark|Kingdom of Denmark"},
    {"DM", "DMA", "6890", "Dominica|Commonwealth of Dominica"},
    {"DO", "DOM", "3952", "Dominican Republic"},
    {"DZ", "DZA", "563", "Algeria|People's Democratic Republic of Algeria"},
    {"EC", "ECU", "2912", "Ecuador|Republic of Ecuador"},
    {"EE", "EST", "2959", "Estonia|Republic of Estonia"},
    {"EG", "EGY", "3934", "Egypt|Arab Republic of Egypt"},
    {"EH", "ESH", "564", "Western Sahara"},
    {"ER", "ERI", "581", "Eritrea|the State of Eritrea"},
    {"ES", "ESP", "3936 591", "Spain|Kingdom of Spain|Espana"},
    {"ET", "ETH", "567", "Ethiopia|Federal Democratic Republic of Ethiopia"},
    {"FI", "FIN", "2937", "Finland|Republic of Finland"},
    {"FJ", "FJI", "6891", "Fiji|Republic of Fiji"},
    {"FK", "FLK", "1412", "Falkland Islands (Malvinas)|Falkland Islands"},
    {"FM", "FSM", "5862",
     "Micronesia, Federated States of|Federated States of Micronesia|Micronesia"},
    {"FO", "FRO", "59206", "Faroe Islands"},
    {"FR", "FRA", "3940 2940", "France|French Republic"},
    {"GA", "GAB", "1092", "Gabon|Gabonese Republic"},
    {"GB", "GBR", "2637 2638 2639 2640 2641 150372",
     "United Kingdom|United Kingdom of Great Britain and Northern Ireland|UK|Great "
     "Britain|England|Scotland|Wales|Northern Ireland|United Kingdom of Great Britain"},
    {"GD", "GRD", "2000573", "Grenada"},
    {"GE", "GEO", "4942", "Georgia"},
    {"GF", "GUF", "2516", "French Guiana"},
    {"GG", "GGY", "1550", "Guernsey"},
    {"GH", "GHA", "908", "Ghana|Republic of Ghana"},
    {"GI", "GIB", "3987", "Gibraltar"},
    {"GL", "GRL", "1507", "Greenland"},
    {"GM", "GMB", "907", "Gambia|Republic of the Gambia|The Gambia"},
    {"GN", "GIN", "909", "Guinea|Republic of Guinea"},
    {"GP", "GLP", "67142", "Guadeloupe"},
    {"GQ", "GNQ", "1091", "Equatorial Guinea|Republic of Equatorial Guinea"},
    {"GR", "GRC", "2945", "Greece|Hellenic Republic|EL|Hellas"},
    {"GS", "SGS", "3990", "South Georgia and the South Sandwich Islands"},
    {"GT", "GTM", "2936", "Guatemala|Republic of Guatemala"},
    {"GU", "GUM", "3706", "Guam"},
    {"GW", "GNB", "910", "Guinea-Bissau|Republic of Guinea-Bissau"},
    {"GY", "GUY", "2522", "Guyana|Republic of Guyana"},
    {"HK", "HKG", "3203", "Hong Kong|Hong Kong Special Administrative Region of China"},
    {"HM", "HMD", "9718", "Heard Island and McDonald Islands"},
    {"HN", "HND", "2894", "Honduras|Republic of Honduras"},
    {"HR", "HRV", "2719", "Croatia|Republic of Croatia"},
    {"HT", "HTI", "3953", "Haiti|Republic of Haiti"},
    {"HU", "HUN", "2952", "Hungary"},
    {"ID", "IDN", "3727", "Indonesia|Republic of Indonesia"},
    {"IE", "IRL", "2943 4018", "Ireland|Republic of Ireland|Eire"},
    {"IL", "ISR", "2476", "Israel|State of Israel"},
    {"IM", "IMN", "52477", "Isle of Man"},
    {"IN", "IND", "2839", "India|Republic of India"},
    {"IO", "IOT", "", "British Indian Ocean Territory"},
    {"IQ", "IRQ", "4483", "Iraq|Republic of Iraq"},
    {"IR", "IRN", "4474", "Iran, Islamic Republic of|Iran|Islamic Republic of Iran"},
    {"IS", "ISL", "843", "Iceland|Republic of Iceland"},
    {"IT", "ITA", "2650", "Italy|Italian Republic"},
    {"JE", "JEY", "1551", "Jersey"},
    {"JM", "JAM", "3781", "Jamaica"},
    {"JO", "JOR", "2473", "Jordan|Hashemite Kingdom of Jordan"},
    {"JP", "JPN", "2747", "Japan"},
    {"KE", "KEN", "1101", "Kenya|Republic of Kenya"},
    {"KG", "KGZ", "6893", "Kyrgyzstan|Kyrgyz Republic"},
    {"KH", "KHM", "6888", "Cambodia|Kingdom of Cambodia"},
    {"KI", "KIR", "6894", "Kiribati|Republic of Kiribati"},
    {"KM", "COM", "5820", "Comoros|Union of the Comoros"},
    {"KN", "KNA", "6906", "Saint Kitts and Nevis"},
    {"KP", "PRK", "2801",
     "Korea, Democratic People's Republic of|North Korea|Democratic People's Republic of Korea"},
    {"KR", "KOR", "2802", "Korea, Republic of|South Korea|Republic of Korea"},
    {"KW", "KWT", "5285", "Kuwait|State of Kuwait"},
    {"KY", "CYM", "3986", "Cayman Islands"},
    {"KZ", "KAZ", "4999", "Kazakhstan|Republic of Kazakhstan"},
    {"LA", "LAO", "6889", "Lao People's Democratic Republic|Laos"},
    {"LB", "LBN", "2478", "Lebanon|Lebanese Republic"},
    {"LC", "LCA", "6909", "Saint Lucia"},
    {"LI", "LIE", "3858", "Liechtenstein|Principality of Liechtenstein"},
    {"LK", "LKA", "3924", "Sri Lanka|Democratic Socialist Republic of Sri Lanka"},
    {"LR", "LBR", "911", "Liberia|Republic of Liberia"},
    {"LS", "LSO", "1098", "Lesotho|Kingdom of Lesotho"},
    {"LT", "LTU", "2960", "Lithuania|Republic of Lithuania"},
    {"LU", "LUX", "2947", "Luxembourg|Grand Duchy of Luxembourg"},
    {"LV", "LVA", "2958", "Latvia|Republic of Latvia"},
    {"LY", "LBY", "566", "Libya"},
    {"MA", "MAR", "565", "Morocco|Kingdom of Morocco"},
    {"MC", "MCO", "3857", "Monaco|Principality of Monaco"},
    {"MD", "MDA", "3897", "Moldova, Republic of|Moldova|Republic of Moldova"},
    {"ME", "MNE", "6898", "Montenegro"},
    {"MF", "MAF", "5841", "Saint Martin (French part)|Saint Martin"},
    {"MG", "MDG", "1108", "Madagascar|Republic of Madagascar"},
    {"MH", "MHL", "7161", "Marshall Islands|Republic of the Marshall Islands"},
    {"MK", "MKD", "6895", "North Macedonia|Republic of North Macedonia|Macedonia"},
    {"ML", "MLI", "584", "Mali|Republic of Mali"},
    {"MM", "MMR", "6899", "Myanmar|Republic of Myanmar|Burma"},
    {"MN", "MNG", "8744", "Mongolia"},
    {"MO", "MAC", "3202", "Macao|Macao Special Administrative Region of China|Macau"},
    {"MP", "MNP", "3958", "Northern Mariana Islands|Commonwealth of the Northern Mariana Islands"},
    {"MQ", "MTQ", "67143", "Martinique"},
    {"MR", "MRT", "583", "Mauritania|Islamic Republic of Mauritania"},
    {"MS", "MSR", "3988", "Montserrat"},
    {"MT", "MLT", "4017", "Malta|Republic of Malta"},
    {"MU", "MUS", "3745", "Mauritius|Republic of Mauritius"},
    {"MV", "MDV", "6924", "Maldives|Republic of Maldives"},
    {"MW", "MWI", "1105", "Malawi|Republic of Malawi"},
    {"MX", "MEX", "2852", "Mexico|United Mexican States"},
    {"MY", "MYS", "3902", "Malaysia"},
    {"MZ", "MOZ", "1100", "Mozambique|Republic of Mozambique"},
    {"NA", "NAM", "1096", "Namibia|Republic of Namibia"},
    {"NC", "NCL", "5206", "New Caledonia"},
    {"NE", "NER", "585", "Niger|Republic of the Niger"},
    {"NF", "NFK", "5908", "Norfolk Island"},
    {"NG", "NGA", "912", "Nigeria|Federal Republic of Nigeria"},
    {"NI", "NIC", "2978", "Nicaragua|Republic of Nicaragua"},
    {"NL", "NLD", "2946", "Netherlands|Kingdom of the Netherlands|Holland|The Netherlands"},
    {"NO", "NOR", "2699", "Norway|Kingdom of Norway"},
    {"NP", "NPL", "4399", "Nepal|Federal Democratic Republic of Nepal"},
    {"NR", "NRU", "6900", "Nauru|Republic of Nauru"},
    {"NU", "NIU", "6902", "Niue"},
    {"NZ", "NZL", "469", "New Zealand"},
    {"OM", "OMN", "5283", "Oman|Sultanate of Oman"},
    {"PA", "PAN", "2892", "Panama|Republic of Panama"},
    {"PE", "PER", "2932", "Peru|Republic of Peru"},
    {"PF", "PYF", "2918", "French Polynesia"},
    {"PG", "PNG", "3922", "Papua New Guinea|Independent State of Papua New Guinea"},
    {"PH", "PHL", "4525", "Philippines|Republic of the Philippines"},
    {"PK", "PAK", "5246", "Pakistan|Islamic Republic of Pakistan"},
    {"PL", "POL", "2939", "Poland|Republic of Poland"},
    {"PM", "SPM", "3942", "Saint Pierre and Miquelon"},
    {"PN", "PCN", "5867", "Pitcairn|Pitcairn Islands"},
    {"PR", "PRI", "6935", "Puerto Rico"},
    {"PS", "PSE", "2475",
     "Palestine, State of|the State of Palestine|Palestine|State of Palestine"},
    {"PT", "PRT", "4126", "Portugal|Portuguese Republic"},
    {"PW", "PLW", "6905", "Palau|Republic of Palau"},
    {"PY", "PRY", "2933", "Paraguay|Republic of Paraguay"},
    {"QA", "QAT", "5286", "Qatar|State of Qatar"},
    {"RE", "REU", "3945", "Réunion|Reunion"},
    {"RO", "ROU", "2951", "Romania"},
    {"RS", "SRB", "2957", "Serbia|Republic of Serbia"},
    {"RU", "RUS", "2721", "Russian Federation|Russia"},
    {"RW", "RWA", "1087", "Rwanda|Rwandese Republic"},
    {"SA", "SAU", "5279", "Saudi Arabia|Kingdom of Saudi Arabia"},
    {"SB", "SLB", "5275", "Solomon Islands"},
    {"SC", "SYC", "6922", "Seychelles|Republic of Seychelles"},
    {"SD", "SDN", "560", "Sudan|Republic of the Sudan"},
    {"SE", "SWE", "2729", "Sweden|Kingdom of Sweden"},
    {"SG", "SGP", "3923", "Singapore|Republic of Singapore"},
    {"SH", "SHN", "849", "Saint Helena, Ascension and Tristan da Cunha|Saint Helena"},
    {"SI", "SVN", "2955", "Slovenia|Republic of Slovenia"},
    {"SJ", "SJM", "", "Svalbard and Jan Mayen"},
    {"SK", "SVK", "2956", "Slovakia|Slovak Republic"},
    {"SL", "SLE", "914", "Sierra Leone|Republic of Sierra Leone"},
    {"SM", "SMR", "3102", "San Marino|Republic of San Marino"},
    {"SN", "SEN", "913", "Senegal|Republic of Senegal"},
    {"SO", "SOM", "1104", "Somalia|Federal Republic of Somalia"},
    {"SR", "SUR", "2525", "Suriname|Republic of Suriname"},
    {"SS", "SSD", "233439", "South Sudan|Republic of South Sudan"},
    {"ST", "STP", "6927", "Sao Tome and Principe|Democratic Republic of Sao Tome and Principe"},
    {"SV", "SLV", "2935", "El Salvador|Republic of El Salvador"},
    {"SX", "SXM", "12579", "Sint Maarten (Dutch part)|Sint Maarten"},
    {"SY", "SYR", "2474", "Syrian Arab Republic|Syria"},
    {"SZ", "SWZ", "1099", "Eswatini|Kingdom of Eswatini|Swaziland"},
    {"TC", "TCA", "3955", "Turks and Caicos Islands"},
    {"TD", "TCD", "586", "Chad|Republic of Chad"},
    {"TF", "ATF", "3753", "French Southern Territories"},
    {"TG", "TGO", "915", "Togo|Togolese Republic"},
    {"TH", "THA", "3744", "Thailand|Kingdom of Thailand"},
    {"TJ", "TJK", "6912", "Tajikistan|Republic of Tajikistan"},
    {"TK", "TKL", "260188", "Tokelau"},
    {"TL", "TLS", "6913", "Timor-Leste|Democratic Republic of Timor-Leste|East Timor"},
    {"TM", "TKM", "5018", "Turkmenistan"},
    {"TN", "TUN", "562", "Tunisia|Republic of Tunisia"},
    {"TO", "TON", "6916", "Tonga|Kingdom of Tonga"},
    {"TR", "TUR", "558", "Türkiye|Republic of Türkiye|Turkey"},
    {"TT", "TTO", "3767", "Trinidad and Tobago|Republic of Trinidad and Tobago"},
    {"TV", "TUV", "9715", "Tuvalu"},
    {"TW", "TWN", "5341", "Taiwan, Province of China|Taiwan"},
    {"TZ", "TZA", "1103", "Tanzania, United Republic of|Tanzania|United Republic of Tanzania"},
    {"UA", "UKR", "2724", "Ukraine"},
    {"UG", "UGA", "1102", "Uganda|Republic of Uganda"},
    {"UM", "UMI", "", "United States Minor Outlying Islands"},
    {"US", "USA", "2459", "United States|United States of America|USA|America"},
    {"UY", "URY", "2930", "Uruguay|Eastern Republic of Uruguay"},
    {"UZ", "UZB", "4979", "Uzbekistan|Republic of Uzbekistan"},
    {"VA", "VAT", "", "Holy See (Vatican City State)|Vatican|Vatican City"},
    {"VC", "VCT", "2000565", "Saint Vincent and the Grenadines"},
    {"VE", "VEN", "2931",
     "Venezuela, Bolivarian Republic of|Venezuela|Bolivarian Republic of Venezuela"},
    {"VG", "VGB", "3961", "Virgin Islands, British|British Virgin Islands"},
    {"VI", "VIR", "3959",
     "Virgin Islands, U.S.|Virgin Islands of the United States|US Virgin Islands|Virgin Islands"},
    {"VN", "VNM", "3756", "Viet Nam|Vietnam|Socialist Republic of Viet Nam"},
    {"VU", "VUT", "6918", "Vanuatu|Republic of Vanuatu"},
    {"WF", "WLF", "7191", "Wallis and Futuna"},
    {"WS", "WSM", "6910", "Samoa|Independent State of Samoa"},
    {"XK", "XKX", "11337", "Kosovo"},
    {"YE", "YEM", "5284", "Yemen|Republic of Yemen"},
    {"YT", "MYT", "3943", "Mayotte"},
    {"ZA", "ZAF", "1094", "South Africa|Republic of South Africa"},
    {"ZM", "ZMB", "1107", "Zambia|Republic of Zambia"},
    {"ZW", "ZWE", "1106", "Zimbabwe|Republic of Zimbabwe"},
};

/* No name is as long. */
#define COUNTRY_TEXT_MAX 200u

#define N_COUNTRIES (sizeof countries / sizeof *countries)

/* Is the text one of the words of a list? */
static bool is_listed(const char *words, char between, const char *text, size_t n)
{
    const char separators[2] = {between, '\0'};
    for (const char *at = words; *at != '\0';) {
        size_t n_word = strcspn(at, separators);
        if (n_word == n && strncasecmp(at, text, n) == 0)
            return true;
        at += n_word + (at[n_word] == between ? 1 : 0);
    }
    return false;
}

static const char *of_gaz(const char *number)
{
    number += strspn(number, "0");
    size_t n = strlen(number);
    for (size_t i = 0; n > 0 && i < N_COUNTRIES; i++)
        if (is_listed(countries[i].gaz, ' ', number, n))
            return countries[i].code;
    return NULL;
}

static const char *of_name(const char *text)
{
    size_t n = strlen(text);
    for (size_t i = 0; i < N_COUNTRIES; i++)
        if (strcasecmp(countries[i].code, text) == 0 || strcasecmp(countries[i].code3, text) == 0 ||
            is_listed(countries[i].names, '|', text, n))
            return countries[i].code;
    return NULL;
}

const char *skr_country_code(const char *text)
{
    char plain[COUNTRY_TEXT_MAX];
    char curie[SKR_CURIE_MAX];
    if (!skr_curie_text_plain(text, plain, sizeof plain))
        return NULL;
    const char *code = of_name(plain);
    if (code != NULL || !skr_curie_read(plain, curie))
        return code;
    const char *id = curie + skr_curie_prefix_length(curie) + 1;
    if (strncasecmp(curie, "GAZ:", 4) == 0)
        return of_gaz(id);
    if (strncasecmp(curie, "ISO3166", 7) == 0)
        return of_name(id);
    return NULL;
}

const char *skr_country_of_stated(const char *curie, const char *label)
{
    const char *code = skr_country_code(curie);
    return code != NULL ? code : skr_country_code(label);
}

/* Of the countries of the United Kingdom each is a part of what its code means. */
static bool is_part(const char *text)
{
    static const char names[] = "Great Britain|England|Scotland|Wales|Northern Ireland";
    static const char gaz[] = "2638 2639 2640 2641 150372";
    char plain[COUNTRY_TEXT_MAX];
    char curie[SKR_CURIE_MAX];
    if (!skr_curie_text_plain(text, plain, sizeof plain))
        return false;
    if (is_listed(names, '|', plain, strlen(plain)))
        return true;
    if (!skr_curie_read(plain, curie) || strncasecmp(curie, "GAZ:", 4) != 0)
        return false;
    const char *number = curie + 4 + strspn(curie + 4, "0");
    return is_listed(gaz, ' ', number, strlen(number));
}

bool skr_country_holds(const char *text, const char *curie, const char *label)
{
    const char *code = skr_country_code(text);
    const char *stated = code == NULL ? NULL : skr_country_of_stated(curie, label);
    return stated != NULL && !is_part(text) && strcmp(code, stated) == 0;
}

bool skr_country_is_code(const char *text)
{
    for (size_t i = 0; i < N_COUNTRIES; i++)
        if (strcmp(countries[i].code, text) == 0)
            return true;
    return false;
}
